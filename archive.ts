// `npm run archive -- --before 2024-01`: puts old months of the ledger away, proven. Exit code 1 when a month is refused.
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { connect, type Database } from '@yibao/drizzle/connect'
import { migrate } from '@yibao/drizzle/migrate'
import { expectDatabase, withDatabase } from '@yibao/drizzle/with-database'
import { readConfig, secret } from '@yibao/schema/config'
import { systemClock } from '@yibao/schema/dates'
import { Advice, runMain } from '@yibao/schema/process'
import { Rejection } from '@yibao/schema/rejection'
import {
  archiveLedger,
  checkArchived,
  LedgerDiffers,
  type ArchivedMonth,
} from '@yibao/settlement/commands/archive-ledger'
import { z } from 'zod'

const HELP = `用法 Usage
  npm run archive -- --before 2024-01   将该月之前的总账逐月归档 puts the ledger away that lies before this month
  npm run archive -- --check 2023-12    核对已归档（或取回）的一个月 proves a month that was put away, or brought back

每月一个事务：先全部核验，再将各账户余额结转至次月，最后把该月分录分离为独立的表；不删除任何数据，结算与明细不动。
One transaction a month: everything is verified, the balance of each account is carried forward into the next month,
and the entries of the month become a table of their own. Nothing is dropped; settlements and lines stay.

至少保留 24 个整月；请先备份数据库。转存归档表需超级用户或 BYPASSRLS。
At least 24 whole months stay. Have a backup first. To store the table takes a superuser, or BYPASSRLS.
退出码 exit code：0 完成 done，1 被拒绝或不符 a month was refused or differs，2 未能运行 it could not run。
`

const ENVIRONMENT = {
  DATABASE_URL: secret(z.string().optional()),
  YIBAO_DATA: z
    .string()
    .default('data')
    .transform((path) => resolve(path)),
}

/** What differs is printed one by one so far; the count is always whole. */
const SHOWN_MAX = 200

const say = (text: string) => process.stdout.write(`${text}\n`)
const tell = (text: string) => process.stderr.write(`${text}\n`)

function monthOf(text: string): Temporal.PlainDate {
  if (!/^[0-9]{4}-(0[1-9]|1[0-2])$/.test(text)) throw new Advice(`${text} 不是月份。 ${text} is no month.\n\n${HELP}`)
  return Temporal.PlainYearMonth.from(text).toPlainDate({ day: 1 })
}

function readArguments(): { readonly before: Temporal.PlainDate } | { readonly check: Temporal.PlainDate } {
  const options = {
    before: { type: 'string' },
    check: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const
  try {
    const { before, check, help } = parseArgs({ options }).values
    if (help || (before === undefined) === (check === undefined)) throw new Advice(HELP)
    return check === undefined ? { before: monthOf(before ?? '') } : { check: monthOf(check) }
  } catch (error) {
    throw error instanceof TypeError ? new Advice(`${error.message}\n\n${HELP}`) : error
  }
}

const nameOf = (month: Temporal.PlainDate): string => month.toPlainYearMonth().toString()

function report({ month, entries, groups, carried, digest, table }: ArchivedMonth): void {
  const name = nameOf(month)
  say(`✓ ${name}  ${entries} 条分录 entries，${groups} 组 groups，结转 carried forward ${carried}`)
  say(`  sha256 ${digest}`)
  say(`  保存 store it:  pg_dump --format=custom --table=settlement.${table} --file=${table}.dump "$DATABASE_URL"`)
  say(`  核对 prove it:  npm run archive -- --check ${name}`)
  say(`  存妥后可删除 once it is stored safely it may be dropped:  drop table settlement.${table}`)
}

async function archive(db: Database, before: Temporal.PlainDate): Promise<number> {
  try {
    const months = await archiveLedger(
      {
        db,
        clock: systemClock,
        proving: ({ settlements, checks, checksOf }) =>
          tell(`核验 proving: ${settlements} settlements, ${checks} of ${checksOf} checks`),
        begun: (month) => tell(`归档 putting away ${nameOf(month)}`),
        done: report,
      },
      before,
    )
    say(
      months === 0
        ? `${nameOf(before)} 之前没有可归档的总账。 There is nothing of the ledger before ${nameOf(before)}.`
        : `✓ 已归档 ${months} 个月；请再运行 npm run verify。 ${months} month(s) were put away; run npm run verify once more.`,
    )
    return 0
  } catch (error) {
    if (error instanceof LedgerDiffers) {
      for (const what of error.found.slice(0, SHOWN_MAX)) say(`✗ ${what}`)
      say(
        `✗ 发现 ${error.found.length} 处不符，未再归档；请以 npm run verify 查明。 ` +
          `${error.found.length} place(s) differ and nothing more was put away: see npm run verify.`,
      )
    } else if (error instanceof Rejection) {
      say(`✗ 未再归档 nothing more was put away (${error.code})\n  ${error.text.zh}\n  ${error.text.en}`)
    } else throw error
    return 1
  }
}

async function prove(db: Database, month: Temporal.PlainDate): Promise<number> {
  const { recorded, found } = await checkArchived(db, month)
  const name = nameOf(month)
  if (recorded === null) say(`✗ ${name} 未归档。 ${name} was not put away.`)
  else if (found === null)
    say(
      `✗ 数据库中没有 ${name} 的归档表，请先取回。 The table of ${name} is not here: bring it back first (pg_restore).`,
    )
  else if (found.digest !== recorded.digest || found.entries !== recorded.entries)
    say(
      `✗ ${name} 不符：记录 ${recorded.entries} 条，现有 ${found.entries} 条。 ` +
        `${name} differs: ${recorded.entries} entries were put away, ${found.entries} are here, or some were changed.`,
    )
  else {
    say(`✓ ${name} 与归档时一致：${found.entries} 条。 ${name} is as it was put away: ${found.entries} entries.`)
    return 0
  }
  return 1
}

const work = async () => {
  const asked = readArguments()
  const { DATABASE_URL, YIBAO_DATA: dataDir } = readConfig(ENVIRONMENT, process.env)
  const place = { url: DATABASE_URL, dataDir }
  expectDatabase(place)
  return withDatabase(place, async (url) => {
    await migrate(url)
    const db = await connect({ url, schema: 'settlement', hot: 1, writers: 2, readers: 1 })
    try {
      return 'check' in asked ? await prove(db, asked.check) : await archive(db, asked.before)
    } finally {
      await db.close()
    }
  })
}
await runMain(work, { exitCode: 2 })
