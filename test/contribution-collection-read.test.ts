import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FLEXIBLE, flexible, RECEIPTS, reference, say, STATUS } from './contribution-asking.ts'
import { upload } from './document-world.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// How what channels write is read: headings, times and names.

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const HEAD = '证件号码,姓名,险种,费款所属期,实缴金额,电子税票号码,缴费时间'
const IMPORT = `mutation ($requestId: ID!, $document: ID!) { answer: importCollection(requestId: $requestId, document: $document) {
  __typename ... on ContributionCollection { id } } }`
const SHOW = `query ($id: ID!) { answer: contributionCollection(id: $id) {
  ... on ContributionCollection { state posted bad fault { zh en } } } }`

async function collect(...lines: readonly string[]): Promise<Data> {
  const about = { filename: 'collection.csv', purpose: 'COLLECTION_FILE', pool: '629900' }
  const { id: document } = await upload(world, 'TAX62', Buffer.from(`${lines.join('\n')}\n`), about)
  const { id } = await say(world, 'TAX62', IMPORT, { document, requestId: randomUUID() })
  const show = () => say(world, 'TAX62', SHOW, { id })
  await expect.poll(async () => (await show()).state, { timeout: 20_000, interval: 100 }).not.toBe('WAITING')
  return show()
}
const row = ({ identityNumber }: WorldPerson, receivedAt: string, name = '故事人物') =>
  `${identityNumber},${name},310,2026-11,${FLEXIBLE},${reference()},${receivedAt}`

test('a file in which a column stands twice, by the same name or another, is refused by the name of the column', async () => {
  const person = await world.addPerson(flexible)
  for (const [again, zh] of [
    ['实缴金额', '“实缴金额”列出现两次'],
    [' Amount', '“实缴金额”列出现两次'],
    ['received_at', '“缴费时间”列出现两次'],
  ] as const) {
    const refused = await collect(`${HEAD},${again}`, `${row(person, '2026-11-20')},1.00`)
    expect(refused).toMatchObject({ state: 'FAILED', posted: 0, fault: { zh: expect.stringContaining(zh) } })
  }
})

test('a time in fourteen digits is a time in China, and one that is none is refused', async () => {
  const [one, other] = [await world.addPerson(flexible), await world.addPerson(flexible)]
  const read = await collect(HEAD, row(one, '20261120093000'), row(other, '20261120256000'))
  expect(read).toMatchObject({ state: 'DONE', posted: 1, bad: 1 })
  const { edges } = await say(world, one.personNumber, RECEIPTS)
  expect(edges).toMatchObject([{ node: { receivedAt: '2026-11-20T01:30:00Z' } }])
})

test('a name is found whichever dot stands in it, here and in what is asked', async () => {
  const person = await world.addPerson(flexible)
  for (const kept of ['阿依·买买提', '阿依•买买提']) {
    await world.admin.query('update insured.person set name = $2 where insured_id = $1', [person.insuredId, kept])
    for (const name of ['阿依·买买提', '阿依•买买提', '阿依・买买提', '阿依．买买提', ' 阿依‧买买提 ']) {
      const { identityNumber } = person
      const asked = { identityNumber, name, insuranceType: '310', periods: ['2026-11'] }
      expect(await say(world, 'BANK01', STATUS, asked)).toMatchObject({ __typename: 'ContributionDues' })
    }
  }
  expect(await collect(HEAD, row(person, '2026-11-20', '阿依・买买提'))).toMatchObject({ posted: 1, bad: 0 })
})
