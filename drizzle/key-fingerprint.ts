import { createHmac } from 'node:crypto'
import type { SigningKey } from '@yibao/schema/keys'
import { Advice } from '@yibao/schema/process'
import { receiptKeyOf } from '@yibao/schema/receipt-key'
import { withClient } from './client.ts'

/** Keys that data depends on: with another one nothing is found, nothing opens, and receipts would not be the same. */
export interface DataKeys {
  readonly dataKey: Buffer
  readonly lookupKey: Buffer
  readonly receipt: SigningKey
}

const SETTINGS: Readonly<Record<keyof DataKeys, string>> = {
  dataKey: 'YIBAO_DATA_KEY',
  lookupKey: 'YIBAO_LOOKUP_KEY',
  receipt: 'YIBAO_RECEIPT_KEY',
}

/** The database was written with another key than the one at hand. */
export class KeyMismatch extends Advice {
  constructor(name: keyof DataKeys) {
    super(
      `此数据库此前使用的是另一把密钥（${name}）：请从备份恢复 data/keys，或用 ${SETTINGS[name]} 提供原密钥。 ` +
        `This database was used with another key (${name}): restore data/keys from a backup, or give the key by ` +
        `${SETTINGS[name]}.`,
    )
    this.name = 'KeyMismatch'
  }
}

const fingerprintOf = (key: Buffer): string =>
  createHmac('sha256', key).update('yibao key fingerprint').digest('hex').slice(0, 32)

/** Of a signing key its public half says which one it is. */
const printOf = (key: Buffer | SigningKey): string =>
  Buffer.isBuffer(key) ? fingerprintOf(key) : receiptKeyOf(key.publicKey).kid

/**
 * Holds the keys at hand against those the database was first used with, and records them at the first use. Without it
 * a machine that lost its data folder would start with new keys and find nobody.
 *
 * @throws KeyMismatch when one differs.
 */
export async function claimKeys(url: string, keys: Partial<DataKeys>): Promise<void> {
  await withClient({ url, name: 'yibao keys' }, async (client) => {
    for (const name of ['dataKey', 'lookupKey', 'receipt'] as const) {
      const key = keys[name]
      if (key === undefined) continue
      const fingerprint = printOf(key)
      await client.query('insert into public.yibao_key (name, fingerprint) values ($1, $2) on conflict do nothing', [
        name,
        fingerprint,
      ])
      const { rows } = await client.query('select fingerprint from public.yibao_key where name = $1', [name])
      if (rows[0]?.fingerprint !== fingerprint) throw new KeyMismatch(name)
    }
  })
}
