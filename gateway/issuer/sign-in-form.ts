import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Provider } from 'oidc-provider'
import type { Text } from '@yibao/schema/rejection'
import type { Account, Directory } from './directory.ts'
import { messagePage, sendPage, signInPage } from './pages.ts'
import { PasswordsBusy, type PasswordCheck } from './password.ts'
import { sourceOf } from './source.ts'
import type { IssuerStore } from './store.ts'

/**
 * After `max` wrong passwords from one address a login is locked for that address, after `maxOverall` for everybody,
 * both for `lockSeconds`. With one number for all, anybody could lock anybody out.
 */
export interface Lock {
  readonly max: number
  readonly maxOverall: number
  readonly lockSeconds: number
}

/** What happened at the form, for the log. A failed login is not named: people type passwords into the wrong field. */
export type SignInEvent =
  | { readonly event: 'signed-in'; readonly account: string; readonly client: string }
  | { readonly event: 'sign-in-refused' | 'sign-in-locked'; readonly loginKey: string; readonly client: string }

interface FormOptions {
  readonly provider: Provider
  readonly issuerUrl: URL
  readonly store: IssuerStore
  readonly directory: Directory
  readonly cookieKey: Buffer
  readonly checkPassword: PasswordCheck
  readonly lock: Lock
  readonly log: (event: SignInEvent) => void
}

const BODY_MAX = 8192
const EXPIRED: Text = {
  zh: '登录页面已过期，请从应用重新登录。',
  en: 'This form has expired, start again from the program.',
}
const FAILED: Text = { zh: '无法登录', en: 'Cannot sign in' }
const WRONG: Text = { zh: '账号或密码不正确。', en: 'The account or the password is wrong.' }
const BUSY: Text = {
  zh: '当前登录人数过多，请稍后再试。',
  en: 'Too many people are signing in, try again in a moment.',
}

const lockedFor = (seconds: number): Text => ({
  zh: `尝试次数过多，请在 ${Math.ceil(seconds / 60)} 分钟后再试。`,
  en: `Too many attempts, try again in ${Math.ceil(seconds / 60)} minute(s).`,
})

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>
type Answer = { account: Account } | { problem: Text; status: number; retryAfter?: number }

/** Serves the page where a person types login and password: shows it on GET, decides on POST. */
export function createSignInForm(options: FormOptions) {
  const { provider, issuerUrl, store, directory, cookieKey, checkPassword, lock, log } = options
  const keyed = (purpose: string, text: string) =>
    createHmac('sha256', cookieKey).update(`${purpose}\n${text}`).digest()

  /** Counts a try before its password is looked at; for how many seconds there may be none. */
  async function count(hereKey: string, loginKey: string): Promise<number> {
    const { max, maxOverall, lockSeconds } = lock
    // Whoever is locked out alone does not get to lock the others out.
    const here = await store.countAttempt(hereKey, { max, lockSeconds })
    return here > 0 ? here : store.countAttempt(loginKey, { max: maxOverall, lockSeconds })
  }

  async function decide(form: URLSearchParams, client: string, source: string): Promise<Answer> {
    const login = (form.get('login') ?? '').normalize('NFKC').trim().slice(0, 64)
    const loginKey = keyed('login', login).toString('base64url')
    const hereKey = keyed('login from', `${source}\n${login}`).toString('base64url')
    const locked = await count(hereKey, loginKey)
    if (locked > 0) {
      log({ event: 'sign-in-locked', loginKey, client })
      return { problem: lockedFor(locked), status: 429, retryAfter: locked }
    }
    const account = await directory.account(login)
    // An unknown login costs the same time as a known one and gets the same answer.
    if ((await checkPassword(form.get('password') ?? '', account?.passwordHash ?? null)) && account !== null) {
      await Promise.all([hereKey, loginKey].map((key) => store.forgetAttempts(key)))
      log({ event: 'signed-in', account: account.login, client })
      return { account }
    }
    log({ event: 'sign-in-refused', loginKey, client })
    return { problem: WRONG, status: 422 }
  }

  async function post(req: IncomingMessage, res: ServerResponse, interaction: Interaction): Promise<void> {
    const form = await readForm(req)
    const token = Buffer.from(form?.get('form_token') ?? '', 'base64url')
    const wanted = keyed('form', interaction.uid)
    const ownForm = token.length === wanted.length && timingSafeEqual(token, wanted) && isSameOrigin(req, issuerUrl)
    if (form === null || !ownForm) return sendPage(res, 403, messagePage(FAILED, EXPIRED))
    if (form.get('do') === 'abort') {
      const result = { error: 'access_denied', error_description: 'the person cancelled the sign-in' }
      return provider.interactionFinished(req, res, result)
    }
    const client = String(interaction.params['client_id'])
    const answer = await decide(form, client, sourceOf(req)).catch((error: unknown): Answer => {
      if (error instanceof PasswordsBusy) return { problem: BUSY, status: 503, retryAfter: 5 }
      throw error
    })
    if ('account' in answer) {
      const login = { accountId: answer.account.login, amr: ['pwd'], remember: false }
      return provider.interactionFinished(req, res, { login })
    }
    const more = answer.retryAfter === undefined ? undefined : { 'retry-after': String(answer.retryAfter) }
    const page = await formPage(interaction, { login: form.get('login') ?? '', problem: answer.problem })
    sendPage(res, answer.status, page, more)
  }

  async function formPage(interaction: Interaction, { login, problem }: { login: string; problem?: Text }) {
    const { client_id: clientId, redirect_uri: redirectUri } = interaction.params
    const client = await directory.client(String(clientId))
    return signInPage({
      client: client?.kind === 'application' ? client.name : { zh: String(clientId), en: String(clientId) },
      action: `${issuerUrl.pathname}/sign-in/${interaction.uid}`,
      formToken: keyed('form', interaction.uid).toString('base64url'),
      login: login.slice(0, 64),
      problem,
      leadsTo: URL.parse(String(redirectUri))?.origin,
    })
  }

  return async function handle(req: IncomingMessage, res: ServerResponse, uid: string): Promise<void> {
    const interaction = await provider.interactionDetails(req, res).catch(() => null)
    if (interaction === null || interaction.uid !== uid) return sendPage(res, 400, messagePage(FAILED, EXPIRED))
    if (req.method === 'POST') return post(req, res, interaction)
    if (req.method === 'GET') return sendPage(res, 200, await formPage(interaction, { login: '' }))
    res.writeHead(405, { allow: 'GET, POST' }).end()
  }
}

async function readForm(req: IncomingMessage): Promise<URLSearchParams | null> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(req.headers['content-type'] ?? '')) return null
  const parts: Buffer[] = []
  let size = 0
  for await (const part of req as AsyncIterable<Buffer>) {
    size += part.length
    if (size > BODY_MAX) return null
    parts.push(part)
  }
  return new URLSearchParams(Buffer.concat(parts).toString('utf8'))
}

/** Browsers say where a post comes from; what is said must be the issuer itself. Other clients say nothing. */
function isSameOrigin(req: IncomingMessage, { origin }: URL): boolean {
  const { origin: from, 'sec-fetch-site': site } = req.headers
  return (from === undefined || from === origin) && (site === undefined || site === 'same-origin')
}
