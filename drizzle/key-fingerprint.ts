import { createHmac } from 'node:crypto'
import { Advice } from '@yibao/schema/process'
import { withClient } from './client.ts'

/** Keys that data depends on: with another one nothing is found and nothing opens. */
export interface DataKeys {
  readonly dataKey: Buffer
  readonly lookupKey: Buffer
}

/** The database was written with another key than the one at hand. */
export class KeyMismatch extends Advice {
  constructor(name: string) {
    super(
      `此数据库的数据是用另一把密钥（${name}）写入的：请从备份恢复 data/keys，或用 YIBAO_DATA_KEY 与 YIBAO_LOOKUP_KEY 提供原密钥。 ` +
        `The data of this database was written with another key (${name}): restore data/keys from a backup, or give the ` +
        `keys by YIBAO_DATA_KEY and YIBAO_LOOKUP_KEY.`,
    )
    this.name = 'KeyMismatch'
  }
}

const fingerprintOf = (key: Buffer): string =>
  createHmac('sha256', key).update('yibao key fingerprint').digest('hex').slice(0, 32)

/**
 * Holds the keys at hand against those the database was first used with, and records them at the first use. Without it
 * a machine that lost its data folder would start with new keys and find nobody.
 *
 * @throws KeyMismatch when one differs.
 */
export async function claimKeys(url: string, keys: DataKeys): Promise<void> {
  await withClient({ url, name: 'yibao keys' }, async (client) => {
    for (const name of ['dataKey', 'lookupKey'] as const) {
      const fingerprint = fingerprintOf(keys[name])
      await client.query('insert into public.yibao_key (name, fingerprint) values ($1, $2) on conflict do nothing', [
        name,
        fingerprint,
      ])
      const { rows } = await client.query('select fingerprint from public.yibao_key where name = $1', [name])
      if (rows[0]?.fingerprint !== fingerprint) throw new KeyMismatch(name)
    }
  })
}
