// `npm run import -- catalogue <file>`: takes a CSV file of the catalogue into the database.
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { connect } from '@yibao/drizzle/connect'
import { migrate } from '@yibao/drizzle/migrate'
import { withDatabase } from '@yibao/drizzle/with-database'
import { importFile, type ImportOptions } from '@yibao/institutions/commands/import-file'
import type { ImportJob } from '@yibao/institutions/domain/import-job'
import { readConfig, secret } from '@yibao/schema/config'
import { systemClock } from '@yibao/schema/dates'
import { Advice, explain, runMain } from '@yibao/schema/process'
import { Rejection } from '@yibao/schema/rejection'
import { UnreadableFile } from '@yibao/schema/text-lines'
import { z } from 'zod'

const HELP = `用法 Usage
  npm run import -- catalogue <file.csv> [--pool 620200]   目录 items (1312)
  npm run import -- self-pay <file.csv> [--pool 620200]    先行自付比例 first self-payment ratios (1319)
  npm run import -- ceilings <file.csv> [--pool 620200]    限价 price ceilings (1318)

  --pool <division>   未写统筹区的行归入该统筹区 pool of rows that name none
  --report <file>     错误行报告，默认 <file.csv>.errors.csv  where bad rows are written

CSV，UTF-8 或 GB18030，表头可用中文或国家字段名；列名见 subgraphs/institutions/README.md。
CSV in UTF-8 or GB18030, headings in Chinese or as national field names, listed in subgraphs/institutions/README.md.
退出码 exit code：0 全部导入 all taken，2 部分行有误 some rows are bad，1 未导入 nothing was taken。
`

const ENVIRONMENT = {
  DATABASE_URL: secret(z.url({ protocol: /^postgres(ql)?$/ }).optional()),
  YIBAO_DATA: z.string().default('data'),
}

const KINDS: Readonly<Record<string, ImportOptions['kind']>> = {
  catalogue: 'CATALOGUE',
  'self-pay': 'SELF_PAY',
  ceilings: 'CEILINGS',
}

/** A path as the person who typed it means it: npm runs scripts in the root, wherever it was called. */
const fromHere = (path: string) => resolve(process.env['INIT_CWD'] ?? '.', path)

function readArguments() {
  const options = {
    pool: { type: 'string' },
    report: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true })
    const [word = '', file, ...rest] = positionals
    const kind = KINDS[word]
    if (values.help || kind === undefined || file === undefined || rest.length > 0) throw new Advice(HELP)
    const reportFile = fromHere(values.report ?? `${file}.errors.csv`)
    return { kind, file: fromHere(file), pool: values.pool ?? null, reportFile }
  } catch (error) {
    throw error instanceof TypeError ? new Advice(`${error.message}\n\n${HELP}`) : error
  }
}

/** One line that is written over, on a terminal; elsewhere a line for each tenth. */
function createProgress() {
  let shown = -1
  return ({ rows, bytes, size }: ImportJob) => {
    const percent = Math.floor((100 * bytes) / size)
    const step = process.stderr.isTTY ? percent : Math.floor(percent / 10) * 10
    if (step === shown) return
    shown = step
    const text = `读取 read ${step} %  ${rows} 行 rows`
    process.stderr.write(process.stderr.isTTY ? `\r${text}` : `${text}\n`)
  }
}

function summaryOf(summary: ImportJob, seconds: string, reportFile: string): string {
  const { rows, bad, added, changed, unchanged, version, encoding, faults, ignoredColumns, mayBeTruncated } = summary
  const counts = Object.entries(faults).map(([code, count]) => `    ${code}: ${count}`)
  return [
    `编码 encoding: ${encoding}    行 rows: ${rows}    用时 seconds: ${seconds}`,
    `新增 added: ${added}    变更 changed: ${changed}    未变 unchanged: ${unchanged}    错误行 bad rows: ${bad}`,
    `目录版本 catalogue version: ${version}`,
    ...(ignoredColumns > 0 ? [`未识别的列 columns with an unknown heading, left aside: ${ignoredColumns}`] : []),
    ...(mayBeTruncated
      ? ['文件末尾没有换行，可能被截断。 The file has no line break at its end; it may be cut off.']
      : []),
    ...(bad > 0 ? [`错误 faults:`, ...counts, `错误行报告 report of bad rows: ${reportFile}`] : []),
  ].join('\n')
}

async function run(): Promise<number> {
  const wanted = readArguments()
  const { DATABASE_URL, YIBAO_DATA } = readConfig(ENVIRONMENT, process.env)
  return withDatabase({ url: DATABASE_URL, dataDir: resolve(YIBAO_DATA) }, async (url) => {
    await migrate(url)
    const db = await connect({ url, schema: 'institutions', hot: 1, writers: 1, readers: 1 })
    const start = performance.now()
    try {
      const summary = await importFile({ db, clock: systemClock, ...wanted, progress: createProgress() })
      const seconds = ((performance.now() - start) / 1000).toFixed(1)
      process.stderr.write(process.stderr.isTTY ? '\n' : '')
      process.stdout.write(`${summaryOf(summary, seconds, wanted.reportFile)}\n`)
      return summary.bad > 0 ? 2 : 0
    } finally {
      await db.close()
    }
  })
}

/** What went wrong, for the person at the keyboard. */
function adviceFor(error: unknown): string {
  if (error instanceof UnreadableFile || error instanceof Rejection) {
    const { zh, en } = error.text
    const problems = error instanceof Rejection ? error.problems : []
    if (problems.length === 0) return `${zh}\n${en}`
    const faults = problems.map(({ path, message }) => `  ${path}: ${message.zh}\n  ${path} ${message.en}`)
    return ['文件未导入。 Nothing was imported.', ...faults].join('\n')
  }
  return explain(error)
}

await runMain(run, { words: adviceFor })
