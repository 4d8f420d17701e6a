import { randomUUIDv7 } from 'node:crypto'
import { bill, CLASS_A, SETTLE } from './world-bill.ts'
import { demoPerson, type World } from './world.ts'

interface Beside {
  readonly institution: string
  readonly person: { readonly insuredId: string; readonly cardNumber: string }
  readonly pool: string
}

/** A bill that was paid in full before, one that is confirmed, and one a relative pays for: more than the own account has. */
export async function tellBeside(world: World, { institution, person, pool }: Beside): Promise<void> {
  const sponsor = demoPerson(pool, 'flexible')
  await world.admin.query(
    `insert into insured.mutual_aid (insured_id, binding_id, sponsor_id, relation, place, yearly_limit, sponsor_masked,
       beneficiary_name, begin_on, bound_at)
     values ($1, $2, $3, 'CHILD', 9, null, '甲*', '乙', '2026-01-01', '2026-01-01')`,
    [person.insuredId, randomUUIDv7(), sponsor.insuredId],
  )
  const { cardNumber: card } = person
  const converts = { invoice: `paid-${pool}`, paidAt: '2026-11-22T09:00:00+08:00', paid: '200.00' }
  await world.as(institution, SETTLE, { requestId: 'converted', input: bill({ card, converts }) })
  const confirm = 'mutation ($requestId: ID!) { confirm(requestId: $requestId) { __typename } }'
  await world.as(institution, confirm, { requestId: 'converted' })
  const lines = [{ code: CLASS_A, price: 40_000 }]
  await world.as(institution, SETTLE, { requestId: 'aided', input: bill({ card, lines }) })
}
