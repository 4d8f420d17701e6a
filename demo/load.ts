import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '@yibao/drizzle/connect'
import { sqlState } from '@yibao/drizzle/once'
import { importFile } from '@yibao/institutions/commands/import-file'
import { seedInstitutions } from '@yibao/institutions/seed'
import { seedBindings, seedEmployers, seedPersons, seedRegistrations } from '@yibao/insured/seed'
import { systemClock } from '@yibao/schema/dates'
import { fenOf } from '@yibao/schema/money'
import { NotAllowed } from '@yibao/schema/rejection'
import type { Secrets } from '@yibao/schema/secrets'
import { openAccounts, type OpeningBalance } from '@yibao/settlement/seed'
import { demoData, type DemoData } from './directory.ts'
import type { DemoPerson } from './persons.ts'

interface DemoOptions {
  readonly databases: { readonly insured: Database; readonly institutions: Database; readonly settlement: Database }
  readonly keys: Secrets
  readonly clock?: () => Temporal.Instant
  /** That of `npm start` unless said otherwise. */
  readonly data?: DemoData
  /** Told what is being done, in both languages. */
  readonly progress?: (text: string) => void
}

const FILES = [
  ['catalogue', 'CATALOGUE'],
  ['self-pay', 'SELF_PAY'],
  ['ceilings', 'CEILINGS'],
] as const

/** The marks of what was loaded stand among the requests, under a caller no token can name. */
const CALLER = 'demo'

/**
 * Loads the demo data, once. A second call finds its mark and changes nothing, so that what somebody changed since
 * then stays changed; new demo data is added to what is there. Whatever stopped a first load, the next one completes it.
 */
export async function loadDemo(options: DemoOptions): Promise<void> {
  const { databases, keys, clock = systemClock, data = demoData(), progress = () => {} } = options
  const digest = await digestOfFiles()
  if (await isLoaded(databases.institutions, digest)) return

  const institutions = await seedInstitutions(databases.institutions, data.institutions, clock())
  progress(`示范机构 demo institutions: ${institutions}`)
  progress(`示范目录 demo catalogue: ${await loadCatalogue(databases.institutions, clock, data.prices)}`)
  progress(`示范单位 demo employers: ${await seedEmployers(databases.insured, data.employers, clock())}`)
  const { persons } = data
  progress(`示范参保人 demo persons: ${await seedPersons(databases.insured, keys, persons, clock())}`)
  await openAccounts(databases.settlement, persons.flatMap(openingsOf), clock())
  const { insured } = databases
  await addEach(data.registrations, (one) => seedRegistrations(insured, [one], clock()))
  await addEach(data.bindings, (one) => seedBindings(insured, [one], clock()))
  await databases.institutions.hot.unsafe(
    `insert into institutions.request (caller, request_id, operation, digest, outcome, at)
     values ($1, $2, 'load', $2, 'COMMITTED', $3) on conflict do nothing`,
    [CALLER, digest, clock()],
  )
}

/**
 * One by one: what somebody did with the demo since may be in the way of some, and that stays as it is; so may a second
 * platform that was started at the same moment and adds the same.
 */
async function addEach<T>(all: readonly T[], add: (one: T) => Promise<number>): Promise<void> {
  for (const one of all) {
    await add(one).catch((error: unknown) => {
      if (!(error instanceof NotAllowed) && !COLLIDED.has(sqlState(error) ?? '')) throw error
    })
  }
}

/** Two have written the same at once (unique or excluding), or waited for each other. */
const COLLIDED = new Set(['23505', '23P01', '40P01'])

const openingsOf = ({ insuredId, account }: DemoPerson): OpeningBalance[] =>
  account === null
    ? []
    : [
        { insuredId, pool: account.pool, kind: 'CURRENT', balance: fenOf(account.current) },
        { insuredId, pool: account.pool, kind: 'HISTORY', balance: fenOf(account.history) },
      ]

async function digestOfFiles(): Promise<string> {
  const hash = createHash('sha256')
  for (const file of [
    ...FILES.map(([name]) => `${name}.csv`),
    'institutions.json',
    'persons.ts',
    'benefits.ts',
    'directory.ts',
  ]) {
    hash.update(await readFile(join(import.meta.dirname, file)))
  }
  return hash.digest('hex')
}

async function isLoaded(db: Database, digest: string): Promise<boolean> {
  const found = await db.hot.unsafe('select from institutions.request where caller = $1 and request_id = $2', [
    CALLER,
    digest,
  ])
  return found.length > 0
}

/** Returns how many entries were added or changed. */
async function loadCatalogue(db: Database, clock: () => Temporal.Instant, prices: DemoData['prices']): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'yibao-demo-'))
  let entries = 0
  try {
    for (const [name, kind] of FILES) {
      const given = join(import.meta.dirname, `${name}.csv`)
      const file = prices === null || kind === 'CATALOGUE' ? given : join(folder, `${name}.csv`)
      if (file !== given && prices !== null) await writeFile(file, pricesOf(prices, await readFile(given, 'utf8')))
      const reportFile = join(folder, `${name}.errors.csv`)
      const { added, changed, bad } = await importFile({ db, clock, file, kind, pool: null, reportFile })
      if (bad > 0) throw new Error(`${file} has ${bad} bad rows:\n${await readFile(reportFile, 'utf8')}`)
      entries += added + changed
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return entries
}

/** The rows of one pool, as another one's; the pool stands second in each. */
function pricesOf({ pool, like }: NonNullable<DemoData['prices']>, csv: string): string {
  const [head = '', ...rows] = csv.split('\n')
  const own = rows.filter((row) => row.split(',')[1] === like).map((row) => row.replace(`,${like},`, `,${pool},`))
  return `${[head, ...own].join('\n')}\n`
}
