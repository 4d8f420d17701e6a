import { expect, test } from 'vitest'
import { decideIssuer, type IssuerSettings } from './decide.ts'

const here: IssuerSettings = { host: '127.0.0.1' }
const kindOf = (settings: Partial<IssuerSettings>) => decideIssuer({ ...here, ...settings }).kind

test('on this machine alone the embedded issuer has demo accounts', () => {
  for (const host of ['127.0.0.1', '127.9.9.9', 'localhost', '::1', '[::1]', '::ffff:127.0.0.1']) {
    expect(decideIssuer({ host, nodeEnv: 'development' })).toEqual({ kind: 'embedded', demo: true })
  }
})

const serious: Partial<IssuerSettings>[] = [
  { databaseUrl: 'postgres://db/yibao' },
  { host: '0.0.0.0' },
  { host: '' },
  { host: '::' },
  { host: '10.0.0.5' },
  { host: '127.0.0.1.example.cn' },
  { nodeEnv: 'production' },
]

test.for(serious)('with %o the platform starts only when someone says who vouches for callers', (settings) => {
  const decision = decideIssuer({ ...here, ...settings })
  expect(decision.kind).toBe('refused')
  if (decision.kind !== 'refused') return
  for (const text of [decision.text.zh, decision.text.en]) {
    expect(text).toContain('YIBAO_ISSUER=')
    expect(text).toContain('YIBAO_EMBEDDED_ISSUER=1')
    expect(text).not.toContain('postgres://')
  }
  expect(decideIssuer({ ...here, ...settings, embeddedIssuer: true })).toEqual({ kind: 'embedded', demo: false })
  const issuer = 'https://id.example.gov.cn/realms/yibao'
  expect(decideIssuer({ ...here, ...settings, issuer })).toEqual({ kind: 'external', issuer })
})

test('asked for by name, the embedded issuer never has demo accounts', () => {
  expect(decideIssuer({ ...here, embeddedIssuer: true })).toEqual({ kind: 'embedded', demo: false })
})

test('two issuers at once are refused', () => {
  expect(kindOf({ issuer: 'https://id.example.cn', embeddedIssuer: true })).toBe('refused')
})

test('an issuer elsewhere is reached by https', () => {
  expect(kindOf({ issuer: 'http://id.example.cn' })).toBe('refused')
  expect(kindOf({ issuer: 'id.example.cn' })).toBe('refused')
  expect(kindOf({ issuer: 'https://id.example.cn/?a=b' })).toBe('refused')
  expect(kindOf({ issuer: 'http://localhost:8080/realms/yibao' })).toBe('external')
})
