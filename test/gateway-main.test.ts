import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runMain } from './main-process.ts'

test('every fault of the configuration is printed by one start', async () => {
  const gateway = runMain('gateway', { PORT: 'x', YIBAO_SUBGRAPHS: 'insured=nowhere,b=http://h/path', YIBAO_TYPO: '1' })
  expect(await gateway.ended).toBe(1)
  for (const name of ['PORT', 'YIBAO_ISSUER', 'insured', 'b: ', 'YIBAO_TYPO']) expect(gateway.said()).toContain(name)
})

test('it starts with every subgraph down, answers, and stops when asked', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'yibao-gateway-'))
  const gateway = runMain('gateway', {
    PORT: '0',
    YIBAO_DATA: folder,
    YIBAO_ISSUER: 'http://127.0.0.1:9/oidc',
    YIBAO_SUBGRAPHS: 'insured=http://127.0.0.1:9,settlement=http://127.0.0.1:9',
  })
  const url = await gateway.ready()
  expect((await fetch(`${url}/health/ready`)).status).toBe(200)
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ __typename }"}',
  })
  expect(await answer.json()).toEqual({ data: { __typename: 'Query' } })
  expect(await gateway.stop()).toBe(0)
  await rm(folder, { recursive: true })
})
