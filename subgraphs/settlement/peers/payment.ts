import { formatYuan, type Fen } from '@yibao/schema/money'
import { z } from 'zod'

/** How a payment stands at the provider. EXPIRED and DECLINED are final: no money comes any more. */
export type PaymentState = 'PENDING' | 'PAID' | 'DECLINED' | 'EXPIRED'

export interface Payment {
  readonly state: PaymentState
  /** Where the person pays, when they still have to. */
  readonly url: string | null
}

/** A payment to be made. */
export interface NewPayment {
  /** The same key is the same payment, however often it is asked for. */
  readonly key: string
  readonly amount: Fen
  /** Whom the cash is for. */
  readonly institution: string
  /** A payment not made by then is never made; one that is asked for later is EXPIRED at once. */
  readonly expiresAt: Temporal.Instant
}

/** A refund of a payment, whole or in part. */
export interface NewRefund {
  /** The same key is the same refund, however often it is asked for. */
  readonly key: string
  readonly payment: string
  /** Never more than was paid. */
  readonly amount: Fen
}

/** A provider of payments. Every call may be repeated; it throws when the provider cannot be reached or does not answer. */
export interface PaymentPort {
  create(payment: NewPayment): Promise<Payment>
  /** Null when the provider knows no payment of that key. */
  find(payment: Pick<NewPayment, 'key' | 'amount'>): Promise<Payment | null>
  /** Pays back once; true when it is done, false while it is under way. */
  refund(refund: NewRefund): Promise<boolean>
}

export interface PaymentSettings {
  /** `https://payments.example.cn/v1`; plain `http` only on this machine, because the key goes with every question. */
  readonly url: string
  readonly key: string
}

const WAIT_MS = 5_000
/** Answers are a few hundred bytes long. */
const ANSWER_MAX = 16_384

const payment = z.object({
  key: z.string(),
  amount: z.string(),
  state: z.enum(['PENDING', 'PAID', 'DECLINED', 'EXPIRED']),
  // The person's phone opens it.
  url: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .nullish(),
})
const refund = z.object({
  key: z.string(),
  payment: z.string(),
  amount: z.string(),
  state: z.enum(['PENDING', 'REFUNDED']),
})

/**
 * The provider behind an address. Its contract: `PUT /payments/<key>` with `amount` (yuan, two decimals), `institution` and
 * `expiresAt` makes a payment or answers the one there is, 409 when that has another content; `GET /payments/<key>`
 * answers it or 404; `PUT /refunds/<key>` with `payment` and `amount`, which may be less than was paid, pays that much back,
 * once for each key: 409 when that has another content, 422 when less than that is left of the payment.
 */
export function createPaymentPort({ url, key: secret }: PaymentSettings): PaymentPort {
  if (!keepsKey(url)) throw new Error('a payment provider on another machine needs https')
  async function ask(method: 'GET' | 'PUT', path: string, body?: object): Promise<Response> {
    return fetch(`${url.replace(/\/$/, '')}${path}`, {
      method,
      // Wherever it led, the key would have been meant for somebody else.
      redirect: 'error',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(WAIT_MS),
    })
  }

  return {
    async create({ key, amount, institution, expiresAt }) {
      const body = { amount: formatYuan(amount), institution, expiresAt: expiresAt.toString() }
      const found = payment.parse(await bodyOf(await ask('PUT', `/payments/${key}`, body)))
      mustAgree(found, { key, amount })
      return { state: found.state, url: found.url ?? null }
    },
    async find({ key, amount }) {
      const response = await ask('GET', `/payments/${key}`)
      if (response.status === 404) {
        await response.body?.cancel()
        return null
      }
      const found = payment.parse(await bodyOf(response))
      mustAgree(found, { key, amount })
      return { state: found.state, url: found.url ?? null }
    },
    async refund({ key, payment: paid, amount }) {
      const body = { payment: paid, amount: formatYuan(amount) }
      const found = refund.parse(await bodyOf(await ask('PUT', `/refunds/${key}`, body)))
      mustAgree(found, { key, amount })
      if (found.payment !== paid) throw new Error('the payment provider answered with the refund of another payment')
      return found.state === 'REFUNDED'
    },
  }
}

/** Whether the key can be sent there without being read on the way: by https, or to this machine itself. */
export function keepsKey(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  if (protocol === 'https:') return true
  return protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}

async function bodyOf(response: Response): Promise<unknown> {
  if (response.ok) return JSON.parse(await textOf(response))
  await response.body?.cancel()
  throw new Error(`the payment provider answered ${response.status}`)
}

/** Throws when it does not end in time: whoever answers is not trusted with the memory of this process. */
async function textOf({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body ?? []) {
    size += part.length
    if (size > ANSWER_MAX) throw new Error('the payment provider answered at too great length')
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** Money is not booked on an answer to another question. */
function mustAgree(found: { key: string; amount: string }, { key, amount }: { key: string; amount: Fen }): void {
  if (found.key !== key || found.amount !== formatYuan(amount))
    throw new Error('the payment provider answered with another payment')
}
