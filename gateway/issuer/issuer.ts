import type { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Provider } from 'oidc-provider/lib/provider.js'
import type { JSONWebKeySet, JWK } from 'jose'
import { publicHalf } from '@yibao/schema/keys'
import type { Directory } from './directory.ts'
import { messagePage, sendPage } from './pages.ts'
import { createPasswordCheck } from './password.ts'
import { createPace, sourceOf } from './source.ts'
import { settingsOf } from './settings.ts'
import { createSignInForm, type Lock, type SignInEvent } from './sign-in-form.ts'
import type { IssuerStore } from './store.ts'

/** What the issuer tells the log. */
export type IssuerEvent =
  | SignInEvent
  | { readonly event: 'token-issued'; readonly client: string; readonly account: string | undefined }
  | { readonly event: 'token-refused'; readonly client: string | undefined; readonly reason: string }
  | { readonly event: 'issuer-failed'; readonly error: unknown }

export interface IssuerOptions {
  /** The public address, "http://127.0.0.1:4000/oidc", as it stands in tokens. All links are made from it. */
  readonly issuerUrl: string
  /** The audience of the access tokens: the public address of the gateway's endpoint. */
  readonly resource: string
  readonly keys: { readonly issuer: readonly JWK[]; readonly cookieKey: Buffer }
  readonly store: IssuerStore
  readonly directory: Directory
  /** Every token is bound to a key of the client, a bare bearer token is not issued. */
  readonly requireDPoP?: boolean
  readonly lock?: Lock
  /** How often one address may begin to sign in within a minute, at this process; each time keeps a row. */
  readonly beginningsPerMinute?: number
  readonly log?: (event: IssuerEvent) => void
}

export interface Issuer {
  readonly issuerUrl: string
  readonly resource: string
  /** The public keys, for checking tokens without a call to the issuer. */
  readonly jwks: JSONWebKeySet
  /** Answers a request to a path below that of `issuerUrl`. Never rejects. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<void>
}

const LOCK: Lock = { max: 5, maxOverall: 50, lockSeconds: 15 * 60 }
const NOT_FOUND = { zh: '页面不存在', en: 'There is no such page' }
const BEGINNINGS_PER_MINUTE = 300
const FAILED = { zh: '服务暂时不可用', en: 'The service is not available' }
const FAILED_TEXT = { zh: '请稍后再试。', en: 'Try again in a moment.' }

const OFTEN_TEXT = {
  zh: '登录请求过于频繁，请一分钟后再试。',
  en: 'Too many sign-ins have begun, try again in a minute.',
}
/** The authorization endpoint; a sign-in that goes on has its id behind that. */
const BEGINS = /^\/auth\/?(?:\?|$)/i

/** The embedded OpenID issuer: client credentials for institutions, code with PKCE for people, nothing else. */
export function createIssuer(options: IssuerOptions): Issuer {
  const { issuerUrl, resource, keys, store, directory, requireDPoP = false, lock = LOCK, log = () => {} } = options
  const mayBegin = createPace(options.beginningsPerMinute ?? BEGINNINGS_PER_MINUTE)
  const url = new URL(issuerUrl)
  const mount = url.pathname
  const settings = { issuerUrl: url, resource, signing: keys.issuer, ...keys, store, directory, requireDPoP }
  const provider = new Provider(issuerUrl, settingsOf(settings))
  // Its own headers say where it stands (see `seenAs`), so trusting them is trusting ourselves.
  provider.proxy = true
  // oidc-provider looks and then writes; of two that use one assertion at once only one may win.
  provider.ReplayDetection.unique = (who: string, id: string, end: number) =>
    store.firstUse(`${who}\n${id}`, Math.max(1, end - Math.floor(Temporal.Now.instant().epochMilliseconds / 1000)))
  listen(provider, log)
  const form = createSignInForm({
    provider,
    issuerUrl: url,
    store,
    directory,
    cookieKey: keys.cookieKey,
    checkPassword: createPasswordCheck(),
    lock,
    log,
  })
  const answer = provider.callback()

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    try {
      seenAs(req, url)
      const path = (req.url ?? '').slice(mount.length)
      const [, uid] = /^\/sign-in\/([\w-]+)$/.exec(path) ?? []
      if (uid !== undefined) return await form(req, res, uid)
      if (BEGINS.test(path) && !mayBegin(sourceOf(req))) {
        return sendPage(res, 429, messagePage(FAILED, OFTEN_TEXT), { 'retry-after': '60' })
      }
      Object.assign(req, { originalUrl: req.url, url: path === '' ? '/' : path })
      await answer(req, res)
    } catch (error) {
      log({ event: 'issuer-failed', error })
      if (res.headersSent) res.destroy()
      else sendPage(res, 503, messagePage(FAILED, FAILED_TEXT))
    }
  }

  return { issuerUrl, resource, jwks: { keys: keys.issuer.map(publicHalf) }, handle }
}

/**
 * oidc-provider makes links, and the audience it expects of client assertions, from the Host header. Someone could
 * send an assertion that was made for his own server here under his own name; so the name is always ours.
 */
function seenAs(req: IncomingMessage, { host, protocol }: URL): void {
  req.headers.host = host
  delete req.headers['x-forwarded-host']
  req.headers['x-forwarded-proto'] = protocol.slice(0, -1)
}

function listen(provider: Provider, log: (event: IssuerEvent) => void): void {
  provider.on('grant.success', ({ oidc }) => {
    log({ event: 'token-issued', client: oidc.client?.clientId ?? '', account: oidc.account?.accountId })
  })
  provider.on('grant.error', ({ oidc }, error) => {
    log({ event: 'token-refused', client: oidc.client?.clientId, reason: error.error_detail ?? error.message })
  })
  provider.on('server_error', (_ctx, error) => log({ event: 'issuer-failed', error }))
  // Without a listener Koa prints the error on the console.
  const koa: EventEmitter = provider
  koa.on('error', (error: unknown) => log({ event: 'issuer-failed', error }))
  provider.use(async (ctx, next) => {
    await next()
    if (ctx.status === 404 && ctx.body === undefined) {
      ctx.status = 404
      ctx.body = NOT_FOUND
    }
  })
}
