// `npm run verify`: reckons every settlement again and proves every sum and balance. Exit code 1 when anything differs.
import { resolve } from 'node:path'
import { connect } from '@yibao/drizzle/connect'
import { migrate } from '@yibao/drizzle/migrate'
import { expectDatabase, withDatabase } from '@yibao/drizzle/with-database'
import { readConfig, secret } from '@yibao/schema/config'
import { runMain } from '@yibao/schema/process'
import { verify, type Verified } from '@yibao/settlement/commands/verify'
import { z } from 'zod'

const ENVIRONMENT = {
  DATABASE_URL: secret(z.string().optional()),
  YIBAO_DATA: z
    .string()
    .default('data')
    .transform((path) => resolve(path)),
}

/** Mismatches printed one by one; the count is always whole. */
const SHOWN_MAX = 200

const say = (text: string) => process.stdout.write(`${text}\n`)

function report({ settlements, mismatches }: Verified): void {
  for (const { table, row, what } of mismatches.slice(0, SHOWN_MAX)) say(`✗ ${table}  ${row}  ${what}`)
  if (mismatches.length > SHOWN_MAX) say(`… ${mismatches.length - SHOWN_MAX} more`)
  say(`已重算 ${settlements} 笔结算。 ${settlements} settlements were reckoned again.`)
  if (mismatches.length === 0)
    say('✓ 金额、余额、累计、键与请求均相符。 Amounts, balances, counters, keys and requests agree.')
  else say(`✗ 发现 ${mismatches.length} 处不符。 ${mismatches.length} place(s) differ.`)
}

async function check(): Promise<Verified> {
  const { DATABASE_URL, YIBAO_DATA: dataDir } = readConfig(ENVIRONMENT, process.env)
  const place = { url: DATABASE_URL, dataDir }
  expectDatabase(place)
  return withDatabase(place, async (url) => {
    await migrate(url)
    const db = await connect({ url, schema: 'settlement', hot: 1, writers: 1, readers: 1 })
    try {
      return await verify(db, ({ settlements, checks, checksOf }) =>
        process.stderr.write(`${settlements} settlements, ${checks} of ${checksOf} checks\n`),
      )
    } finally {
      await db.close()
    }
  })
}

const work = async () => {
  const verified = await check()
  report(verified)
  return verified.mismatches.length === 0 ? 0 : 1
}
await runMain(work, { exitCode: 2 })
