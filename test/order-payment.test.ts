import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fenOf } from '@yibao/schema/money'
import { createPaymentPort } from '@yibao/settlement/peers/payment'
import { PAYMENT_ENVIRONMENT } from '@yibao/settlement/peers/payment-settings'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { startPaymentProvider } from '../demo/payment-provider.ts'

// A payment provider is a stranger: money is booked, and a page opened, only on what it may answer.

interface Reply {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body?: string
}
let reply: Reply = {}
let asked: (string | undefined)[] = []
const server = createServer(({ url }, response) => {
  asked.push(url)
  const { status = 200, headers = {}, body = '' } = reply
  response.writeHead(status, headers).end(body)
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  asked = []
})

const port = createPaymentPort({ url, key: 'a-key' })
const paid = { key: 'k', amount: fenOf(100n) }
const payment = { key: 'k', amount: '1.00', state: 'PENDING', url: 'https://pay.example.cn/k' }
const refund = { key: 'k', payment: 'p', amount: '1.00', state: 'REFUNDED' }
const says = (body: object) => {
  reply = { body: JSON.stringify(body) }
}
const back = () => port.refund({ key: 'k', payment: 'p', amount: fenOf(100n) })

test('a page to pay on is one of the web', async () => {
  says(payment)
  expect(await port.find(paid)).toEqual({ state: 'PENDING', url: 'https://pay.example.cn/k' })
  for (const page of [
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    `https://x.cn/${'y'.repeat(2048)}`,
  ]) {
    says({ ...payment, url: page })
    await expect(port.find(paid)).rejects.toThrow()
  }
})

test('an answer about another payment, another amount or another refund is none', async () => {
  says(refund)
  expect(await back()).toBe(true)
  for (const other of [{ payment: 'q' }, { key: 'l' }, { amount: '1.01' }]) {
    says({ ...refund, ...other })
    await expect(back()).rejects.toThrow('answered with')
  }
  says({ ...payment, key: 'l', state: 'PAID' })
  await expect(port.find(paid)).rejects.toThrow('answered with')
})

test('an answer without end is not read to its end', async () => {
  reply = { body: JSON.stringify({ ...payment, more: 'x'.repeat(20_000) }) }
  await expect(port.find(paid)).rejects.toThrow('length')
})

test('nobody is followed elsewhere', async () => {
  reply = { status: 307, headers: { location: `${url}/elsewhere` } }
  await expect(back()).rejects.toThrow()
  expect(asked).toEqual(['/refunds/k'])
})

test('the provider of the demo pays a payment back in parts, each once, and never more than was paid', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'yibao-payments-'))
  const provider = await startPaymentProvider({ file: join(folder, 'payments.jsonl'), key: 'a-key' })
  try {
    const real = createPaymentPort({ url: provider.url, key: 'a-key' })
    const expiresAt = Temporal.Now.instant().add({ minutes: 5 })
    await real.create({ key: 'p', amount: fenOf(10_000n), institution: 'H', expiresAt })
    const refundOf = (key: string, amount: bigint) => real.refund({ key, payment: 'p', amount: fenOf(amount) })
    expect(await refundOf('a', 6000n)).toBe(true)
    expect(await refundOf('a', 6000n)).toBe(true)
    await expect(refundOf('a', 6001n)).rejects.toThrow('409')
    await expect(refundOf('b', 4001n)).rejects.toThrow('422')
    expect(await refundOf('b', 4000n)).toBe(true)
    await expect(refundOf('c', 1n)).rejects.toThrow('422')
    expect(provider.refunds()).toHaveLength(2)
  } finally {
    await provider.close()
    await rm(folder, { recursive: true })
  }
})

test('the key is sent by https, or to this machine alone', () => {
  for (const [address, isFit] of [
    ['https://payments.example.cn/v1', true],
    ['http://127.0.0.1:4009', true],
    ['http://[::1]:4009', true],
    ['http://localhost:4009', true],
    ['http://payments.example.cn/v1', false],
    ['http://127.0.0.1.example.cn', false],
    ['ftp://payments.example.cn', false],
  ] as const) {
    expect(PAYMENT_ENVIRONMENT.YIBAO_PAYMENT_URL.safeParse(address).success, address).toBe(isFit)
    const connect = () => createPaymentPort({ url: address, key: 'a-key' })
    if (isFit) expect(connect()).toBeDefined()
    else expect(connect).toThrow('https')
  }
})
