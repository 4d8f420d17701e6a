import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { InvalidClientAuth, InvalidRequest, InvalidScope, InvalidTarget } from 'oidc-provider/lib/helpers/errors.js'
import { base, Check } from 'oidc-provider/lib/helpers/interaction_policy/index.js'
import type { JWK } from 'jose'
import { SCOPES } from '@yibao/schema/identity'
import type { Account, Client, Directory, SystemClient } from './directory.ts'
import { donePage, messagePage, pageHeaders, pageOf, signOutPage, type Page } from './pages.ts'
import { signerOf } from './signer.ts'
import { createAdapter, type IssuerStore } from './store.ts'

const MINUTE = 60
/** How long an access token is good for. */
const TOKEN_SECONDS = 5 * MINUTE
/** How far ahead a client assertion may end; it must be remembered that long against a second use. */
const ASSERTION_SECONDS = 5 * MINUTE
/** Characters of `state` and of `nonce`. */
const PARAMETER_MAX = 512

interface SettingsOptions {
  readonly issuerUrl: URL
  readonly resource: string
  readonly signing: readonly JWK[]
  readonly cookieKey: Buffer
  readonly store: IssuerStore
  readonly directory: Directory
  readonly requireDPoP: boolean
}

/** The settings of oidc-provider. What is not named here is off or as strict as it comes. */
export function settingsOf(options: SettingsOptions): Configuration {
  const { issuerUrl, signing, cookieKey, store, directory, requireDPoP } = options
  const cookie = { httpOnly: true, sameSite: 'lax' as const, signed: true }
  return {
    adapter: (kind: string) => createAdapter(kind, store, directory, requireDPoP),
    jwks: { keys: signing.map((key) => ({ ...key })) },
    cookies: { keys: [cookieKey.toString('base64')], short: cookie, long: { ...cookie, path: issuerUrl.pathname } },
    scopes: ['openid'],
    responseTypes: ['code'],
    pkce: { required: () => true },
    extraParams: { state: assertShort('state'), nonce: assertShort('nonce') },
    clientAuthMethods: ['private_key_jwt', 'none'],
    clientDefaults: { id_token_signed_response_alg: 'ES256', grant_types: [], response_types: [] },
    enabledJWA: {
      clientAuthSigningAlgValues: ['ES256', 'PS256', 'EdDSA'],
      idTokenSigningAlgValues: ['ES256'],
      dPoPSigningAlgValues: ['ES256', 'EdDSA'],
    },
    clockTolerance: 5,
    ttl: {
      AccessToken: TOKEN_SECONDS,
      ClientCredentials: TOKEN_SECONDS,
      IdToken: TOKEN_SECONDS,
      AuthorizationCode: MINUTE,
      Interaction: 10 * MINUTE,
      Grant: 10 * MINUTE,
      Session: 4 * 60 * MINUTE,
    },
    features: featuresOf(options),
    clientBasedCORS: () => false,
    assertJwtClientAuthClaimsAndHeader: (_ctx, claims) => assertAssertion(claims, issuerUrl.href),
    extraTokenClaims: (ctx, token) => claimsOf(token, directory, ctx.oidc.params?.['client_assertion']),
    findAccount: async (_ctx, login) => {
      const account = await directory.account(login)
      return account === null ? undefined : { accountId: account.login, claims: () => ({ sub: account.login }) }
    },
    loadExistingGrant: (ctx) => grantAll(ctx, options),
    interactions: { url: (_ctx, { uid }) => `${issuerUrl.pathname}/sign-in/${uid}`, policy: policy() },
    renderError: (ctx, { error, error_description: detail = '' }) => {
      show(ctx, messagePage(REFUSED, REFUSED_TEXT, `${error}: ${detail}`))
    },
  }
}

const REFUSED = { zh: '请求无效', en: 'The request is not valid' }
const REFUSED_TEXT = { zh: '应用发来的登录请求无法处理。', en: 'The sign-in request of the program cannot be served.' }
const SIGNED_OUT = { zh: '已退出登录', en: 'You are signed out' }

function show(ctx: KoaContextWithOIDC, page: Page): void {
  ctx.set(pageHeaders(page))
  ctx.body = pageOf(page)
}

function featuresOf({ resource, directory }: SettingsOptions): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    userinfo: { enabled: false },
    clientCredentials: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => show(ctx, signOutPage(form)),
      postLogoutSuccessSource: (ctx) => show(ctx, donePage(SIGNED_OUT)),
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      useGrantedResource: () => true,
      getResourceServerInfo: async (ctx, asked, client) => {
        if (asked !== resource) throw new InvalidTarget('this issuer makes tokens for one resource only')
        const known = await directory.client(client.clientId)
        if (isSystem(known)) fitScopes(ctx, known)
        return {
          scope: SCOPES.join(' '),
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: TOKEN_SECONDS,
          jwt: { sign: { alg: 'ES256' } },
        }
      },
    },
  }
}

const isSystem = (client: Client | null): client is SystemClient =>
  client?.kind === 'institution' || client?.kind === 'channel'

/** A system gets the scopes it asks for; all that are its own when it asks for none; never another. */
function fitScopes(ctx: KoaContextWithOIDC, { scopes }: SystemClient): void {
  const { params } = ctx.oidc
  if (params === undefined) return
  params['scope'] ??= scopes.join(' ')
  const foreign = String(params['scope'])
    .split(' ')
    .find((scope) => !scopes.some((own) => own === scope))
  if (foreign !== undefined) throw new InvalidScope('the client has no such scope', foreign)
}

/** Signing in is the consent: our own programs get the scopes the account has, and nothing is asked twice. */
async function grantAll(ctx: KoaContextWithOIDC, { directory, resource }: SettingsOptions) {
  const { client, account: signedIn, provider, requestParamScopes } = ctx.oidc
  const account = signedIn === undefined ? null : await directory.account(signedIn.accountId)
  if (client === undefined || account === null) return undefined
  const grant = new provider.Grant({ clientId: client.clientId, accountId: account.login })
  grant.addOIDCScope('openid')
  const asked = [...requestParamScopes]
  const own = (scope: string) => account.scopes.some((one) => one === scope)
  grant.addResourceScope(resource, asked.filter(own).join(' '))
  grant.rejectResourceScope(resource, asked.filter((scope) => !own(scope)).join(' '))
  await grant.save()
  return grant
}

/** What the client likes, and what is kept for each sign-in until the form expires. */
const assertShort = (name: string) =>
  function check(_ctx: KoaContextWithOIDC, value: string | undefined) {
    if (value !== undefined && value.length > PARAMETER_MAX) throw new InvalidRequest(`${name} is too long`)
  }

/** When the form is shown: never instead of the consent page, which is not needed. */
function policy() {
  const prompts = base()
  const login = prompts.get('login')
  login?.checks.add(
    // Any program on the machine can pretend to be a native one, so a session alone is not enough for it.
    new Check('native_always_asks', 'a native program always asks', ({ oidc }) => {
      return oidc.client?.applicationType === 'native' && oidc.result?.login === undefined
    }),
  )
  login?.checks.add(
    new Check('account_is_gone', 'the account of the session no longer exists', ({ oidc }) => {
      return oidc.session?.accountId !== undefined && oidc.account === undefined
    }),
  )
  prompts.get('consent')?.checks.remove('native_client_prompt')
  return prompts
}

function assertAssertion(claims: Record<string, unknown>, issuer: string): void {
  const { aud, exp } = claims
  // An assertion made for another server must not be good here, so the audience is one and is the issuer.
  if (aud !== issuer && aud !== `${issuer}/token`) throw new InvalidClientAuth('aud must be the issuer')
  const now = Temporal.Now.instant().epochMilliseconds / 1000
  if (typeof exp !== 'number' || exp > now + ASSERTION_SECONDS + 5) {
    throw new InvalidClientAuth(`exp must be within ${ASSERTION_SECONDS} seconds`)
  }
}

/** Who the token speaks for, in the claims `sign-in.ts` reads. */
async function claimsOf(
  token: object,
  directory: Directory,
  assertion: unknown,
): Promise<Record<string, string> | undefined> {
  if ('accountId' in token && typeof token.accountId === 'string') {
    const account = await directory.account(token.accountId)
    return account === null ? undefined : accountClaims(account)
  }
  const client = 'clientId' in token ? await directory.client(String(token.clientId)) : null
  if (!isSystem(client)) return undefined
  const key = typeof assertion === 'string' ? await signerOf(assertion, client.keys) : null
  return { yibao_kind: client.kind, [`yibao_${client.kind}`]: client.id, ...(key !== null && { yibao_key: key }) }
}

function accountClaims(account: Account): Record<string, string> {
  switch (account.kind) {
    case 'staff':
      return { yibao_kind: 'staff', yibao_pool: account.pool }
    case 'person':
      return { yibao_kind: 'person', yibao_insured: account.insuredId }
    case 'employer':
      return { yibao_kind: 'employer', yibao_employer: account.employer }
    case 'auditor':
      return { yibao_kind: 'auditor' }
  }
}
