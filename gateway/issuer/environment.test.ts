import { expect, test } from 'vitest'
import { ConfigFaulty, readConfig } from '@yibao/schema/config'
import { KEY_ENVIRONMENT, keysGiven, SIGN_IN_ENVIRONMENT, signInOptionsOf } from './environment.ts'

const place = { issuer: 'https://id.example.gov.cn', endpoint: 'https://yibao.example.gov.cn/graphql' }
const read = (env: Record<string, string>) => readConfig({ ...SIGN_IN_ENVIRONMENT, ...KEY_ENVIRONMENT }, env)

test('without settings the claims are our own and the audience is the endpoint', () => {
  expect(signInOptionsOf(read({}), place)).toMatchObject({
    ...place,
    audience: place.endpoint,
    algorithms: ['ES256', 'PS256', 'EdDSA'],
    claims: { kind: 'yibao_kind', scope: 'scope' },
    requireDPoP: false,
  })
})

test('an issuer elsewhere is described by settings alone', () => {
  const env = {
    YIBAO_AUDIENCE: 'yibao',
    YIBAO_JWKS_URI: 'https://id.example.gov.cn/keys',
    YIBAO_ALGORITHMS: 'RS256,ES256',
    YIBAO_CLAIM_INSTITUTION: 'org_code',
    YIBAO_REQUIRE_DPOP: '1',
  }
  expect(signInOptionsOf(read(env), place)).toMatchObject({
    audience: 'yibao',
    jwks: 'https://id.example.gov.cn/keys',
    algorithms: ['RS256', 'ES256'],
    claims: { kind: 'yibao_kind', institution: 'org_code' },
    requireDPoP: true,
  })
})

test('an algorithm with a shared secret, or none, cannot be configured', () => {
  for (const algorithms of ['HS256', 'none', 'ES256,none', 'es256']) {
    expect(() => read({ YIBAO_ALGORITHMS: algorithms })).toThrow(ConfigFaulty)
  }
})

test('keys of the environment go where they belong and are not shown', () => {
  const config = read({ YIBAO_DATA_KEY: 'ZGF0YQ==', YIBAO_ISSUER_KEYS: '{"keys":[]}' })
  expect(keysGiven(config)).toMatchObject({ dataKey: 'ZGF0YQ==', issuer: '{"keys":[]}', internal: undefined })
  expect(JSON.stringify(config)).not.toContain('ZGF0YQ==')
})
