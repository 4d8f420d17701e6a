import { afterAll, beforeAll, expect, test } from 'vitest'
import { declareMonth, EMPLOYER, employ } from './employer-gateway.ts'
import { REJECTION } from './enrolment-gateway.ts'
import { openWorld, type Data, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const listed = async (first: number, fields: string): Promise<Data> => {
  const query = `{ answer: accountingVouchers(first: ${first}) { __typename
    ... on AccountingVoucherConnection { edges { node { ${fields} } } } ${REJECTION} } }`
  return (await world.as('clerk-629900', query)).answer
}

test('whoever reads what a voucher says stands in the log of everybody it names, and reads few at a time', async () => {
  const people = [await world.addPerson({ enrolments: [] }), await world.addPerson({ enrolments: [] })]
  for (const one of people) await employ(world, EMPLOYER, one)
  const lines = people.map(({ personNumber }) => ({ personNumber, base: '8000.00' }))
  await declareMonth(world, EMPLOYER, { month: '2026-11', pool: '629900', lines })
  const readers = async (personNumber: string): Promise<Data[]> => {
    const log = '{ me { accessLog(first: 50) { ... on AccessLogConnection { edges { node { role operation } } } } } }'
    const { me } = await world.as(personNumber, log)
    return me.accessLog.edges.map(({ node }: Data) => `${node.role} ${node.operation}`)
  }
  await listed(1, 'number sha256')
  for (const one of people) expect(await readers(one.personNumber)).not.toContain('staff accountingVoucher')
  expect((await listed(1, 'content')).edges).toMatchObject([{ node: { content: expect.stringContaining('800000') } }])
  for (const one of people) expect(await readers(one.personNumber)).toContain('staff accountingVoucher')
  expect((await listed(21, 'content')).problems).toMatchObject([{ path: 'first', code: 'RANGE' }])
})
