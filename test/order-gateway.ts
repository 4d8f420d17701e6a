import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { bill } from './world-bill.ts'
import type { World } from './world.ts'

const CREATE = `mutation ($requestId: ID!, $input: OrderInput!) { createOrder(requestId: $requestId, input: $input) {
  __typename ... on OnlineOrder { id } ... on Rejection { code } } }`

/** A hospital sends a bill without a cash part to somebody's phone. */
export async function tellOrder(world: Pick<World, 'as'>, hospital: string, card: string): Promise<void> {
  const { credential, ...rest } = bill({ card, lines: [{ code: 'XB05XAA001B002010102141', price: 20 }] })
  const answer = await world.as(hospital, CREATE, { requestId: 'order', input: { ...rest, person: { credential } } })
  expect(answer).toMatchObject({ createOrder: { __typename: 'OnlineOrder' } })
}

const START = `mutation ($requestId: ID!, $draft: String!) {
  startPolicyImpact(requestId: $requestId, draft: $draft, from: "2026-11-01", to: "2026-11-30") {
    ... on PolicyImpact { id } ... on Rejection { code problems { path } } } }`

/** A clerk tries the file of the pool on what was settled, and waits for the worker. */
export async function tellImpact(world: Pick<World, 'as'>, clerk: string, file: string): Promise<void> {
  const draft = await readFile(join(import.meta.dirname, '..', 'subgraphs', 'settlement', 'policies', file), 'utf8')
  const { startPolicyImpact } = await world.as(clerk, START, { requestId: 'impact', draft })
  const { id } = startPolicyImpact
  for (let tries = 0; tries < 200; tries += 1) {
    const { policyImpact } = await world.as(clerk, `{ policyImpact(id: "${id}") { ... on PolicyImpact { state } } }`)
    if (policyImpact.state === 'DONE') return
    await sleep(100)
  }
  throw new Error('the worker did not try the draft')
}
