import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const MAIN = join(import.meta.dirname, '..', 'gateway', 'main.ts')

/** Runs the gateway as a process of its own; `said` grows with what it writes. */
function run(env: Record<string, string>) {
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, [MAIN], { env: { PATH, ...env }, stdio: ['ignore', 'ignore', 'pipe'] })
  const running = { child, said: '', ended: Promise.resolve<number | null>(null) }
  child.stderr.on('data', (chunk: Buffer) => (running.said += chunk.toString()))
  running.ended = new Promise((resolve) => child.on('close', resolve))
  return running
}

test('every fault of the configuration is printed by one start', async () => {
  const gateway = run({ PORT: 'x', YIBAO_SUBGRAPHS: 'insured=nowhere,b=http://h/path', YIBAO_TYPO: '1' })
  expect(await gateway.ended).toBe(1)
  for (const name of ['PORT', 'YIBAO_ISSUER', 'insured', 'b: ', 'YIBAO_TYPO']) expect(gateway.said).toContain(name)
})

test('it starts with every subgraph down, answers, and stops when asked', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'yibao-gateway-'))
  const gateway = run({
    PORT: '0',
    YIBAO_DATA: folder,
    YIBAO_ISSUER: 'http://127.0.0.1:9/oidc',
    YIBAO_SUBGRAPHS: 'insured=http://127.0.0.1:9,settlement=http://127.0.0.1:9',
  })
  await expect.poll(() => gateway.said, { timeout: 20_000 }).toContain('gateway ready')
  const port = /"port":(\d+)/.exec(gateway.said)?.[1]
  const ready = await fetch(`http://127.0.0.1:${port}/health/ready`)
  expect(ready.status).toBe(200)
  const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ __typename }"}',
  })
  expect(await answer.json()).toEqual({ data: { __typename: 'Query' } })
  gateway.child.kill('SIGTERM')
  expect(await gateway.ended).toBe(0)
  await rm(folder, { recursive: true })
})
