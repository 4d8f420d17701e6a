import type { Text } from '@yibao/schema/rejection'

/** The settings that decide who vouches for callers. */
export interface IssuerSettings {
  /** DATABASE_URL: a database of one's own, so data that may be real. */
  readonly databaseUrl?: string | undefined
  /** The address the platform binds to. */
  readonly host: string
  /** NODE_ENV. */
  readonly nodeEnv?: string | undefined
  /** YIBAO_ISSUER: the address of an OpenID issuer elsewhere. */
  readonly issuer?: string | undefined
  /** YIBAO_EMBEDDED_ISSUER=1. */
  readonly embeddedIssuer?: boolean | undefined
}

export type IssuerDecision =
  | { readonly kind: 'external'; readonly issuer: string }
  /** `demo`: demo accounts may exist, as everything is on this machine and of this machine. */
  | { readonly kind: 'embedded'; readonly demo: boolean }
  /** The platform must not start; `text` says why and what to do. */
  | { readonly kind: 'refused'; readonly text: Text }

const refused = (zh: string, en: string): IssuerDecision => ({ kind: 'refused', text: { zh, en } })

/**
 * Decides who vouches for callers. An issuer with demo accounts, whose passwords lie in a file, must never guard data
 * that may be real: with a database of one's own, an address others can reach, or NODE_ENV=production, someone has to
 * say what is wanted.
 */
export function decideIssuer(settings: IssuerSettings): IssuerDecision {
  const { issuer, embeddedIssuer = false } = settings
  if (issuer !== undefined && embeddedIssuer) {
    return refused(
      'YIBAO_ISSUER 与 YIBAO_EMBEDDED_ISSUER=1 只能设置一个，请删去其中之一。',
      'YIBAO_ISSUER and YIBAO_EMBEDDED_ISSUER=1 exclude each other, remove one of them.',
    )
  }
  if (issuer !== undefined) return decideExternal(issuer)
  const reasons = reasonsToAsk(settings)
  if (embeddedIssuer) return { kind: 'embedded', demo: false }
  if (reasons.length === 0) return { kind: 'embedded', demo: true }
  const why = reasons.join(', ')
  return refused(
    `已设置 ${why}，平台不会使用演示账号启动。请设置 YIBAO_ISSUER=<OpenID 签发者地址>；` +
      `或设置 YIBAO_EMBEDDED_ISSUER=1 使用内置签发者（没有任何演示账号）。`,
    `${why} is set, so the platform does not start with demo accounts. Set YIBAO_ISSUER=<address of your OpenID issuer>, ` +
      `or YIBAO_EMBEDDED_ISSUER=1 for the embedded issuer, which then has no demo accounts.`,
  )
}

function decideExternal(issuer: string): IssuerDecision {
  const url = URL.parse(issuer)
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
  if (url !== null && isSafe && url.search === '' && url.hash === '') return { kind: 'external', issuer }
  return refused(
    'YIBAO_ISSUER 必须是 https 地址（仅本机地址可用 http），且不带参数。',
    'YIBAO_ISSUER must be an https address (http only on this machine) without a query.',
  )
}

function reasonsToAsk({ databaseUrl, host, nodeEnv }: IssuerSettings): string[] {
  return [
    ...(databaseUrl === undefined ? [] : ['DATABASE_URL']),
    ...(isLoopback(host) ? [] : [`HOST=${host}`]),
    ...(nodeEnv === 'production' ? ['NODE_ENV=production'] : []),
  ]
}

/** True for names and addresses that only this machine reaches. An empty one means every address. */
function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase()
  return bare === 'localhost' || bare === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(bare)
}
