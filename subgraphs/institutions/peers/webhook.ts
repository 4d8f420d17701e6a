import { lookup as resolve } from 'node:dns'
import { request as requestPlain, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as requestTls } from 'node:https'
import type { LookupFunction } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { z } from 'zod'
import { isInternal, isLocal, namesInternal } from '../domain/internal-address.ts'

export const WEBHOOK_ENVIRONMENT = {
  /** Whether events may be sent to addresses of this machine, for trying things out. */
  YIBAO_WEBHOOK_LOCAL: z.stringbool().default(false),
}

/** Answers whether a message arrived: the number of the answer, or a code why there was none. */
export interface Sent {
  readonly status: number | null
  readonly error: string | null
}

export interface Message {
  /** The same through all retries. */
  readonly id: string
  readonly url: string
  readonly body: string
  /** The secret, and beside it the one before while that one still counts. */
  readonly secrets: readonly string[]
}

export interface WebhookPort {
  /** Whether it sends to this machine. */
  readonly allowLocal: boolean
  send(message: Message): Promise<Sent>
}

const WAIT_MS = 15_000

class InternalAddress extends Error {
  readonly code = 'INTERNAL_ADDRESS'
}

/**
 * Looks a name up and refuses it when any of its addresses is internal. The connection takes what this answers, so a name
 * cannot be answered with another address in between.
 */
const publicLookup: LookupFunction = (name, options, done) => {
  resolve(name, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return done(error, [])
    if (addresses.length === 0 || addresses.some(({ address }) => isInternal(address))) {
      return done(new InternalAddress('the name has an internal address'), [])
    }
    const [first] = addresses
    return options.all === true ? done(null, addresses) : done(null, first?.address ?? '', first?.family)
  })
}

/**
 * Sends messages as Standard Webhooks says: id, time and signatures in headers. It follows no redirect, and keeps nothing
 * of what is answered but the number. `allowLocal` is for trying things out on one machine.
 */
export function createWebhookPort({ allowLocal }: { readonly allowLocal: boolean }): WebhookPort {
  return {
    allowLocal,
    async send({ id, url, body, secrets }) {
      const target = new URL(url)
      const toThis = allowLocal && isLocal(target)
      if (!toThis && namesInternal(target)) return { status: null, error: 'INTERNAL_ADDRESS' }
      // The time of the clock on the wall, whatever day it is in a sandbox: the other side compares it with its own.
      const seconds = Math.floor(Temporal.Now.instant().epochMilliseconds / 1000)
      const signature = secrets.map((secret) => signatureOf(secret, id, seconds, body)).join(' ')
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'yibao-webhooks',
        'webhook-id': id,
        'webhook-timestamp': seconds,
        'webhook-signature': signature,
      }
      const options = { method: 'POST', headers, agent: false, ...(!toThis && { lookup: publicLookup }) }
      return post(target, options, body)
    },
  }
}

/** The library asks for a Date, which nothing else here uses. */
function signatureOf(secret: string, id: string, seconds: number, body: string): string {
  // oxlint-disable-next-line no-restricted-globals
  return new Webhook(secret).sign(id, new Date(seconds * 1000), body)
}

function post(target: URL, options: RequestOptions, body: string): Promise<Sent> {
  return new Promise((done) => {
    const answered = (answer: IncomingMessage) => {
      done({ status: answer.statusCode ?? null, error: null })
      answer.destroy()
    }
    const ask = target.protocol === 'https:' ? requestTls : requestPlain
    const sent = ask(target, { ...options, signal: AbortSignal.timeout(WAIT_MS) }, answered)
    sent.on('error', (error: NodeJS.ErrnoException) => {
      done({ status: null, error: error.name === 'TimeoutError' ? 'TIMEOUT' : (error.code ?? 'NO_ANSWER') })
    })
    sent.end(body)
  })
}
