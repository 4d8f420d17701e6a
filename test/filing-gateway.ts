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

/** A referral, a filing that was cancelled, and one on a paper, which in the pool for trying things out waits for the other place. */
export async function tellFilings(world: World, { institution, pool, person, away }: Place): Promise<void> {
  const { personNumber } = person
  const file = async (requestId: string, input: object) =>
    (await world.as(personNumber, FILE, { requestId, input })).fileTreatmentElsewhere
  const other = await file('file', { type: 'OTHER_TEMPORARY', destination: away })
  await world.as(personNumber, CANCEL_FILING, { requestId: 'cancel', filingId: other.id })
  await (await referrer(world, institution)).issueSigned(person.insuredId)
  const paper = await upload(world, personNumber, pdf('household'), { purpose: 'FILING', pool })
  await file('reside', {
    type: 'LONG_TERM',
    ground: 'RETIRED_ELSEWHERE',
    destination: away === '620100' ? away : '620200',
    evidence: 'HOUSEHOLD_REGISTER',
    documents: [paper.id],
  })
}
