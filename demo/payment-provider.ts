// A payment provider to try things with: a small HTTP server of its own that keeps its payments in a file of its own. It
// speaks the contract of subgraphs/settlement/peers/payment.ts; nobody pays real money. `node demo/payment-provider.ts
// <file> <key> [port]` runs it alone.
import { once } from 'node:events'
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'

export type SandboxState = 'PENDING' | 'PAID' | 'DECLINED' | 'EXPIRED'

interface SandboxPayment {
  readonly key: string
  readonly amount: string
  readonly institution: string
  readonly expiresAt: string
  readonly state: SandboxState
}

interface SandboxRefund {
  readonly key: string
  readonly payment: string
  readonly amount: string
  readonly state: 'REFUNDED'
}

export interface ProviderOptions {
  /** Where payments are kept: one line for each change. */
  readonly file: string
  /** What callers must name as bearer token. */
  readonly key: string
  /** 0, or left out, takes a free one. */
  readonly port?: number
  /** What becomes of a new payment; it is paid at once unless said otherwise. */
  readonly decide?: (payment: SandboxPayment) => SandboxState
  readonly clock?: () => Temporal.Instant
  /** Told of each change when it is on disk and not yet answered. */
  readonly told?: (change: SandboxPayment | SandboxRefund) => void | Promise<void>
}

export interface Provider {
  readonly url: string
  payments(): readonly SandboxPayment[]
  refunds(): readonly SandboxRefund[]
  /** What the person does on the page of the payment. */
  change(key: string, state: SandboxState): void
  close(): Promise<void>
}

const AMOUNT = z.string().regex(/^(0|[1-9]\d{0,11})\.\d{2}$/)
const NEW_PAYMENT = z.object({ amount: AMOUNT, institution: z.string().max(30), expiresAt: z.iso.datetime() })
const NEW_REFUND = z.object({ payment: z.string().max(64), amount: AMOUNT })
const BODY_MAX = 4096

const fenIn = (amount: string): bigint => BigInt(amount.replace('.', ''))

/** The payments and refunds of a file. */
function openBooks(file: string, clock: () => Temporal.Instant) {
  const payments = new Map<string, SandboxPayment>()
  const refunds = new Map<string, SandboxRefund>()
  const keep = (change: SandboxPayment | SandboxRefund) =>
    'payment' in change ? refunds.set(change.key, change) : payments.set(change.key, change)
  if (existsSync(file)) {
    // A line that was cut short by a crash was never answered.
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
    for (const line of lines) keep(JSON.parse(line) as SandboxPayment | SandboxRefund)
  }
  const journal = openSync(file, 'a', 0o600)

  function write<T extends SandboxPayment | SandboxRefund>(change: T): T {
    writeSync(journal, `${JSON.stringify(change)}\n`)
    fsyncSync(journal)
    keep(change)
    return change
  }
  const isPast = (at: string) => Temporal.Instant.compare(Temporal.Instant.from(at), clock()) <= 0

  /** As it stands now: what was not paid in time has expired for good. */
  function payment(key: string): SandboxPayment | null {
    const found = payments.get(key) ?? null
    if (found?.state !== 'PENDING' || !isPast(found.expiresAt)) return found
    return write({ ...found, state: 'EXPIRED' })
  }

  return {
    write,
    isPast,
    payment,
    payments: () => [...payments.keys()].map(payment).filter((one) => one !== null),
    refund: (key: string) => refunds.get(key) ?? null,
    refunds: () => [...refunds.values()],
    close: () => closeSync(journal),
  }
}
type Books = ReturnType<typeof openBooks>

/** Makes a payment, or answers the one there is. */
function pay(books: Books, { decide = () => 'PAID' }: ProviderOptions, key: string, body: unknown): Answer {
  const asked = NEW_PAYMENT.safeParse(body)
  if (!asked.success) return { status: 400 }
  const { data } = asked
  const before = books.payment(key)
  const isSame = before?.amount === data.amount && before.institution === data.institution
  if (before !== null) return isSame ? { status: 200, body: before } : { status: 409 }
  const fresh: SandboxPayment = { key, ...data, state: 'PENDING' }
  const state = books.isPast(data.expiresAt) ? 'EXPIRED' : decide(fresh)
  return { status: 201, body: books.write({ ...fresh, state }) }
}

/** Pays so much of a payment back, once for each key and never more than was paid, or answers that it was. */
function payBack(books: Books, key: string, body: unknown): Answer {
  const asked = NEW_REFUND.safeParse(body)
  if (!asked.success) return { status: 400 }
  const { payment, amount } = asked.data
  const before = books.refund(key)
  const isSame = before?.payment === payment && before.amount === amount
  if (before !== null) return isSame ? { status: 200, body: before } : { status: 409 }
  const paid = books.payment(payment)
  const refunded = books.refunds().filter((one) => one.payment === payment)
  const left = refunded.reduce((rest, one) => rest - fenIn(one.amount), fenIn(paid?.amount ?? '0.00'))
  if (paid?.state !== 'PAID' || fenIn(amount) === 0n || fenIn(amount) > left) return { status: 422 }
  return { status: 201, body: books.write({ key, payment, amount, state: 'REFUNDED' }) }
}

async function answer(books: Books, options: ProviderOptions, request: IncomingMessage): Promise<Answer> {
  const [, noun, key = '', ...rest] = (request.url ?? '').split('/')
  if (request.headers.authorization !== `Bearer ${options.key}`) return { status: 401 }
  if (!['payments', 'refunds'].includes(noun ?? '') || !/^[0-9A-Za-z-]{1,64}$/.test(key) || rest.length > 0)
    return { status: 404 }
  if (request.method === 'GET') {
    const found = noun === 'payments' ? books.payment(key) : books.refund(key)
    return found === null ? { status: 404 } : { status: 200, body: found }
  }
  if (request.method !== 'PUT') return { status: 405 }
  const body = await bodyOf(request)
  const made = noun === 'payments' ? pay(books, options, key, body) : payBack(books, key, body)
  if (made.status === 201 && made.body !== undefined) await options.told?.(made.body)
  return made
}

/** Starts a provider on this machine. */
export async function startPaymentProvider(options: ProviderOptions): Promise<Provider> {
  const { file, clock = () => Temporal.Now.instant() } = options
  const books = openBooks(file, clock)
  const server = createServer((request, response) => {
    void answer(books, options, request).then(
      (one) => send(response, one),
      () => send(response, { status: 400 }),
    )
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    payments: books.payments,
    refunds: books.refunds,
    change(key, state) {
      const found = books.payment(key)
      if (found?.state !== 'PENDING') throw new Error(`payment ${key} is ${found?.state ?? 'not there'}`)
      books.write({ ...found, state })
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      books.close()
    },
  }
}

interface Answer {
  readonly status: number
  readonly body?: SandboxPayment | SandboxRefund
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}))
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length
    if (size > BODY_MAX) throw new Error('too long')
    parts.push(part)
  }
  return JSON.parse(Buffer.concat(parts).toString('utf8'))
}

if (import.meta.main) {
  const [file, key, port = '0'] = process.argv.slice(2)
  if (file === undefined || key === undefined) throw new Error('node demo/payment-provider.ts <file> <key> [port]')
  const { url } = await startPaymentProvider({ file, key, port: Number(port) })
  process.stdout.write(`ready  ${url}\n`)
}
