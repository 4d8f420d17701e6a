import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { ConfigFaulty, readConfig, secret } from './config.ts'

const shape = {
  PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
  DATABASE_URL: secret(z.url().optional()),
  YIBAO_DATA_KEY: secret(z.string()),
  YIBAO_EMBEDDED_ISSUER: z.stringbool().default(false),
}
const file = join(mkdtempSync(join(tmpdir(), 'yibao-config-')), 'key')
writeFileSync(file, 'from a file\n')

test('settings are read, an empty one counts as not set', () => {
  const config = readConfig(shape, { PORT: '', YIBAO_DATA_KEY: 'k', YIBAO_EMBEDDED_ISSUER: '1' })
  expect({ ...config }).toEqual({ PORT: 4000, YIBAO_DATA_KEY: 'k', YIBAO_EMBEDDED_ISSUER: true })
})

test('a secret may stand in a file', () => {
  expect(readConfig(shape, { YIBAO_DATA_KEY_FILE: file }).YIBAO_DATA_KEY).toBe('from a file')
})

test('all faults are shown at once, and no value of any', () => {
  const env = { PORT: '99999999', DATABASE_URL: 'pass word', YIBAO_EMBEDDED_ISSUER: 'perhaps', YIBAO_ISUER: 'x' }
  let fault: unknown
  try {
    readConfig(shape, env, { prefix: 'YIBAO_' })
  } catch (error) {
    fault = error
  }
  expect(fault).toBeInstanceOf(ConfigFaulty)
  const { faults, message } = fault as ConfigFaulty
  expect(faults.map((one) => one.split(':')[0])).toEqual([
    'PORT',
    'DATABASE_URL',
    'YIBAO_DATA_KEY',
    'YIBAO_EMBEDDED_ISSUER',
    'YIBAO_ISUER',
  ])
  for (const value of Object.values(env)) if (value.length > 1) expect(message).not.toContain(value)
})

test('a secret given twice, or in a file that is not there, is a fault', () => {
  expect(() => readConfig(shape, { YIBAO_DATA_KEY: 'k', YIBAO_DATA_KEY_FILE: file })).toThrow(/not both/)
  expect(() => readConfig(shape, { YIBAO_DATA_KEY_FILE: '/nowhere' })).toThrow(/YIBAO_DATA_KEY_FILE.*ENOENT/)
})

test('a printed or logged configuration shows no secret', () => {
  const config = readConfig(shape, { YIBAO_DATA_KEY: 'topsecret', DATABASE_URL: 'postgres://u:topsecret@h/d' })
  for (const shown of [inspect(config), inspect({ config }), JSON.stringify({ config })]) {
    expect(shown).not.toContain('topsecret')
    expect(shown).toContain('[redacted]')
  }
  expect(config.YIBAO_DATA_KEY).toBe('topsecret')
})
