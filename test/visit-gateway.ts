import { bill, CLASS_A, lineInput } from './world-bill.ts'
import type { Data, World } from './world.ts'
import { DOCUMENTS, fresh } from './visit-world.ts'

const BEGIN = '2026-11-10T09:00:00+08:00'
const LINE_TIME = '2026-11-11T08:30:00+08:00'

/** A hospital that asks about visits through the gateway; each request has an id of its own unless one is given. */
export function visitsThrough(world: Pick<World, 'as'>, hospital: string) {
  const ask = async (name: keyof typeof DOCUMENTS, variables: object): Promise<Data> =>
    (await world.as(hospital, DOCUMENTS[name], variables))[name]
  return {
    ask,
    write: (name: keyof typeof DOCUMENTS, input: object, requestId = fresh('g')) => ask(name, { requestId, input }),
    byNumber: (name: keyof typeof DOCUMENTS, visit: string) => ask(name, { requestId: fresh('g'), visit }),
  }
}

/** What a hospital sends to admit somebody who shows a card. */
export const admission = (visit: string, card: string | null, change: object = {}) => ({
  visit,
  ...(card !== null && { credential: { kind: 'SOCIAL_SECURITY_CARD', value: card } }),
  operator: { code: 'op1', terminal: 'COUNTER' },
  careType: '21',
  begin: BEGIN,
  department: 'D01',
  bed: '12',
  diagnoses: [{ code: 'K35.900', name: '急性阑尾炎' }],
  ...change,
})

/** Lines of class A, so many yuan each. */
export const chargesOf = (...yuan: number[]) =>
  yuan.map((price, i) => lineInput({ code: CLASS_A, price }, i, LINE_TIME))

/** The settlement of a visit by card. */
export function settlementOf(visit: string, card: string, total: string) {
  const { operator, invoice } = bill({})
  return {
    visit,
    credential: { kind: 'SOCIAL_SECURITY_CARD', value: card },
    operator,
    chargeBatch: 'B1',
    invoice: invoice.slice(-20),
    useAccount: true,
    total,
  }
}

/** One stay with lines, and one without a person. */
export async function tellVisits(world: Pick<World, 'as'>, hospital: string, card: string): Promise<void> {
  const { write } = visitsThrough(world, hospital)
  const [known, unknown] = [fresh('K'), fresh('U')]
  await write('openVisit', admission(known, card))
  await write('uploadLines', { visit: known, lines: chargesOf(100, 50) })
  await write('openVisit', admission(unknown, null))
  await write('uploadLines', { visit: unknown, lines: chargesOf(70) })
}
