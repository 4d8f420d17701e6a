import { randomUUIDv7 } from 'node:crypto'
import { pdf, upload } from './document-world.ts'
import { referrer } from './referral-world.ts'
import { CANCEL_FILING, FILE } from './world-queries.ts'
import type { World } from './world.ts'

interface Place {
  readonly institution: string
  readonly pool: string
  readonly person: { readonly insuredId: string; readonly personNumber: string }
  /** Where the person goes. */
  readonly away: string
}

/** What a partner's platform asks the agency of the pool; how it comes is tested elsewhere. */
const ASKED_FROM_AFAR = `insert into cross_province.certification (insured_id, certification_id, province, pool, filing_id,
    certifier, kind, begin_on, name, identity_masked, content_hash, state, due_on, received_at, next_at)
  values ($1, $2, '51', '510100', $3, $4, 'RETIRED_ELSEWHERE', '2026-11-22', '远方人', '5*', '', 'WAITING', '2026-11-27',
    now(), now())`

/** A referral, a filing that was cancelled, and one on a paper, which in the pool for trying things out waits for the other place. */
export async function tellFilings(world: World, { institution, pool, person, away }: Place): Promise<void> {
  const { personNumber } = person
  const file = async (requestId: string, input: object) =>
    (await world.as(personNumber, FILE, { requestId, input })).fileTreatmentElsewhere
  const other = await file('file', { type: 'OTHER_TEMPORARY', destination: away })
  await world.as(personNumber, CANCEL_FILING, { requestId: 'cancel', filingId: other.id })
  await (await referrer(world, institution)).issueSigned(person.insuredId)
  await world.admin.query(ASKED_FROM_AFAR, [randomUUIDv7(), randomUUIDv7(), randomUUIDv7(), pool])
  const paper = await upload(world, personNumber, pdf('household'), { purpose: 'FILING', pool })
  await file('reside', {
    type: 'LONG_TERM',
    ground: 'RETIRED_ELSEWHERE',
    destination: away === '620100' ? away : '620200',
    evidence: 'HOUSEHOLD_REGISTER',
    documents: [paper.id],
  })
}
