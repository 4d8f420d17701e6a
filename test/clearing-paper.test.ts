import { afterAll, beforeAll, expect, test } from 'vitest'
import { randomUUID } from 'node:crypto'
import {
  APPEAL,
  CLERK,
  clearingWorld,
  DECIDE_DEPOSIT,
  DEDUCT,
  difference,
  HOSPITAL,
  IMPORT_DIFFERENCES,
  onStatement,
  OTHER_CLERK,
  OTHER_HOSPITAL,
  SCORE,
  type ClearingWorld,
} from './clearing-world.ts'
import { CLASS_A } from './world-bill.ts'
import type { Data } from './world.ts'

// A paper that is named must be there, be of the right institution and pool, and stay there.

let world: ClearingWorld
let deduction: Data
let statement: string
beforeAll(async () => {
  world = await clearingWorld()
  const settled = await world.settle(await world.addPatient(), [{ code: CLASS_A, price: 1200 }])
  await world.reconcile()
  world.at('2027-01-05T09:00:00+08:00')
  statement = (await world.declare('2026-11')).statements[0].id
  await world.ask(CLERK, onStatement('startCheck'), { statement })
  const of = { statement, settlement: settled.id, amount: '10.00', reason: 'OVERCHARGED', words: '重复收费' }
  deduction = await world.ask(CLERK, DEDUCT, { input: of })
  await world.ask(CLERK, onStatement('finishCheck'), { statement })
})
afterAll(() => world.close())

const appeal = (document: string) =>
  world.ask(HOSPITAL, APPEAL, { input: { deduction: deduction.id, words: '并非重复', document } })
const at = (path: string, code: string) => ({ __typename: 'InvalidInput', problems: [{ path, code }] })

test('an appeal names a paper of the institution that was uploaded for clearing, and that who decides can read', async () => {
  for (const nothing of ['paper-1', randomUUID(), await world.paper(HOSPITAL, '629900', 'SUPERVISION')])
    expect(await appeal(nothing)).toMatchObject(at('input.document', 'NOT_FOUND'))
  expect(await appeal(await world.paper(OTHER_HOSPITAL))).toMatchObject(at('input.document', 'NOT_FOUND'))
  expect(await appeal(await world.paper(CLERK))).toMatchObject(at('input.document', 'NOT_FOUND'))
  expect(await appeal(await world.paper(HOSPITAL, '620100'))).toMatchObject(at('input.document', 'OTHER_POOL'))
  const paper = await world.paper(HOSPITAL)
  expect(await appeal(paper.toUpperCase())).toMatchObject({ appeal: { state: 'OPEN', document: paper } })
  const query = `query ($id: ID!) { document(id: $id) { __typename ... on Document { id } } }`
  const shown = async (who: string) => (await world.ask(who, query, { id: paper })).__typename
  expect([await shown(CLERK), await shown(HOSPITAL), await shown(OTHER_CLERK)]).toEqual([
    'Document',
    'Document',
    'NotFound',
  ])
})

test('a paper that is named is not withdrawn any more', async () => {
  const withdraw = `mutation ($requestId: ID!, $id: ID!) { withdrawDocument(requestId: $requestId, id: $id) {
    __typename ... on Document { state } ... on Rejection { code } } }`
  const { rows } = await world.admin.query<{ id: string }>(`select document as id from settlement.deduction_appeal`)
  expect(await world.ask(HOSPITAL, withdraw, { id: rows[0]?.id })).not.toMatchObject({ state: 'WITHDRAWN' })
  expect(await world.ask(HOSPITAL, withdraw, { id: await world.paper(HOSPITAL) })).toMatchObject({ state: 'WITHDRAWN' })
})

/** What staff give papers for, with the field each is named by. */
const GIVEN = [
  ['entries[0].document', (document: string) => [IMPORT_DIFFERENCES, { entries: entriesOf(document) }]],
  ['input.document', (document: string) => [SCORE, { input: { ...OF_YEAR, score: '80', document } }]],
  [
    'input.document',
    (document: string) => [
      DECIDE_DEPOSIT,
      { input: { ...OF_YEAR, release: true, reason: '整改完成', sourceNumber: '考核〔2027〕1号', document } },
    ],
  ],
] as const
const OF_YEAR = { institution: HOSPITAL, year: '2026' }
const entriesOf = (document: string) => [
  difference({ document }),
  difference({ method: 'QUOTA', amount: '1.00', document }),
]

test('staff name papers of their own pool, about the institution or about nobody; nothing is done with any other', async () => {
  for (const [path, given] of GIVEN.slice(0, 1)) await refuse(path, given)
  const [, differences] = GIVEN[0]
  const [query, variables] = differences(await world.paper(CLERK))
  expect(await world.ask(CLERK, query as string, variables as object)).toMatchObject({
    ids: [{}, {}].map(() => expect.any(String)),
  })
  await world.admin.query(
    `update settlement.deduction_appeal set state = 'REJECTED', answer = '维持', decided_at = now()`,
  )
  await world.ask(HOSPITAL, onStatement('confirmStatement'), { statement })
  for (const [path, given] of GIVEN.slice(1)) {
    await refuse(path, given)
    const [text, values] = given(await world.paper(HOSPITAL))
    expect(await world.ask(CLERK, text as string, values as object)).toMatchObject({
      __typename: expect.stringMatching(/Deposit/),
    })
  }
})

async function refuse(path: string, given: (typeof GIVEN)[number][1]): Promise<void> {
  const wrong = [
    [randomUUID(), 'NOT_FOUND'],
    [await world.paper(OTHER_CLERK, '620100'), 'NOT_FOUND'],
    [await world.paper(CLERK, '629900', 'SUPERVISION'), 'NOT_FOUND'],
    [await world.paper(OTHER_HOSPITAL), 'OTHER_INSTITUTION'],
  ] as const
  for (const [document, code] of wrong) {
    const [query, variables] = given(document)
    expect(await world.ask(CLERK, query as string, variables as object)).toMatchObject(at(path, code))
  }
}
