import { describe, expect, test } from 'vitest'
import type { Transport } from '@yibao/schema/subgraph'
import { hospital, staff, startWorld } from './fixtures/gateway/world.ts'

const SETTLE = 'mutation { settle(requestId: "7", input: { credential: "x", lines: [] }) { ... on Bill { id } } }'
const UNAVAILABLE = (subgraph: string) => ({ code: 'SUBGRAPH_UNAVAILABLE', subgraph, retryable: true })

describe.each(['without a transport', 'dead over HTTP'] as const)('a subgraph that is down, %s', (how) => {
  async function worldWithout(name: string) {
    if (how === 'without a transport') return startWorld({ missing: [name] })
    const world = await startWorld({ mode: 'over HTTP' })
    await world.served[['people', 'places', 'bills'].indexOf(name)]?.close()
    return world
  }

  test('takes only its own part of the answer with it', async () => {
    const world = await worldWithout('people')
    const query = '{ bill(id: 1) { id amount hospital { name } person { name nickname } } }'
    const { status, data, errors } = await world.ask({ query }, staff)
    expect([status, data]).toEqual([
      200,
      { bill: { id: '1', amount: '2.00', hospital: { name: '第二医院' }, person: null } },
    ])
    expect(errors).toHaveLength(1)
    expect([errors?.[0]?.extensions, errors?.[0]?.path]).toEqual([UNAVAILABLE('people'), ['bill', 'person']])
    await world.close()
  })

  test('takes the object around a field that cannot be null, up to the next that can', async () => {
    const world = await worldWithout('places')
    const { data, errors } = await world.ask({ query: '{ bill(id: 1) { id ward { name } } }' }, staff)
    expect([data, errors?.[0]?.extensions]).toEqual([{ bill: null }, UNAVAILABLE('places')])
    const all = await world.ask(
      { query: '{ a: bill(id: 1) { id } bills { edges { node { ward { name } } } } }' },
      staff,
    )
    expect([all.status, all.data]).toEqual([200, null])
    await world.close()
  })

  test('takes the answer with it when it alone was asked', async () => {
    const world = await worldWithout('bills')
    const { status, data, errors } = await world.ask({ query: '{ bill(id: 1) { id } }' }, staff)
    expect([status, data, errors?.[0]?.extensions]).toEqual([200, { bill: null }, UNAVAILABLE('bills')])
    const mixed = await world.ask({ query: '{ version bill(id: 1) { id } }' }, staff)
    expect([mixed.data, mixed.errors?.[0]?.extensions]).toEqual([{ version: '1', bill: null }, UNAVAILABLE('bills')])
    await world.close()
  })

  test('leaves the outcome of a mutation open and says how to find out', async () => {
    const world = await worldWithout('bills')
    const { data, errors } = await world.ask({ query: SETTLE }, hospital)
    expect([data, errors?.[0]?.extensions]).toEqual([null, UNAVAILABLE('bills')])
    expect(errors?.[0]?.message).toMatch(
      /结果未知.*outcome.*nothing is known of the outcome.*ask outcome.*same requestId/s,
    )
    const planned = await world.ask({ query: SETTLE.replace('{ id }', '{ id person { name } }') }, hospital)
    expect([planned.data, planned.errors?.[0]?.message]).toEqual([null, errors?.[0]?.message])
    await world.close()
  })

  test('does not hide that a mutation of another subgraph happened', async () => {
    const world = await worldWithout('people')
    const { data, errors } = await world.ask({ query: SETTLE.replace('{ id }', '{ id person { name } }') }, hospital)
    expect([data, errors?.[0]?.extensions]).toEqual([{ settle: { id: '7', person: null } }, UNAVAILABLE('people')])
    expect(errors?.[0]?.message).not.toContain('outcome')
    await world.close()
  })
})

test('a query is tried twice, a mutation once', async () => {
  const calls: string[] = []
  const flaky = (transport: Transport): Transport => ({
    ...transport,
    execute(request) {
      calls.push(request.query.startsWith('mutation') ? 'mutation' : 'query')
      return calls.length === 1 || calls.at(-1) === 'mutation'
        ? Promise.reject(new Error('reset'))
        : transport.execute(request)
    },
  })
  const world = await startWorld({ wrap: (transport) => (transport.name === 'bills' ? flaky(transport) : transport) })
  expect((await world.ask({ query: '{ bill(id: 1) { id } }' }, staff)).data).toEqual({ bill: { id: '1' } })
  expect((await world.ask({ query: SETTLE }, hospital)).data).toBeNull()
  expect(calls).toEqual(['query', 'query', 'mutation'])
  await world.close()
})

test('an answer that is none is not believed', async () => {
  const world = await startWorld({
    wrap: (transport) => ({
      ...transport,
      execute: () => Promise.resolve({ errors: [new Error('ECONNREFUSED 10.0.0.5') as never] }),
    }),
  })
  const { status, text } = await world.ask({ query: '{ version }' })
  expect([status, text.includes('10.0.0.5'), text.includes('INTERNAL_SERVER_ERROR')]).toEqual([500, false, true])
  await world.close()
})

test('running requests are finished before the gateway closes', async () => {
  const [arrived, goesOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const world = await startWorld({
    wrap: (transport) => ({
      ...transport,
      execute: async (request) => {
        arrived.resolve()
        await goesOn.promise
        return transport.execute(request)
      },
    }),
  })
  const running = world.ask({ query: '{ version }' })
  await arrived.promise
  const closed = world.close()
  goesOn.resolve()
  expect((await running).data).toEqual({ version: '1' })
  await closed
})
