import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from '@yibao/drizzle/connect'
import type { Statements } from '@yibao/drizzle/hot'
import { canonicalDigest } from '@yibao/drizzle/digest'
import type { Policy } from '../domain/policy.ts'
import { loadPolicies } from '../domain/policy-load.ts'
import type { Mismatch } from '../domain/verify-settlement.ts'
import {
  isIntact,
  policyFilesOf,
  policyRecords,
  withLaterRules,
  type PolicyFile,
  type PolicyRecord,
} from './policy-records.ts'
import { readAtOneVersion } from './versioned.ts'
import { readVersions } from './versions.ts'

/** Every policy the database knows, compiled, at one version. */
export interface Policies {
  readonly version: bigint
  readonly list: readonly Policy[]
}

/** A file tells something else than what was registered and is in force. The platform does not start with it. */
export class PolicyInForce extends Error {
  constructor({ id, version, source }: PolicyRecord, why: { zh: string; en: string }) {
    super(
      `${source}: 政策 ${id}（${version}）已生效，${why.zh}；请以新的起始日期另立一条。` +
        ` policy ${id} (${version}) is in force and ${why.en}; enter a new one with its own first day instead.`,
    )
  }
}

/** Registered policies are no longer what was registered. Better no answer than wrong money: nothing is decided by them. */
export class PolicyAltered extends Error {
  constructor(altered: readonly PolicyRecord[]) {
    const names = altered.map(({ id, version }) => `${id} (${version})`).join(', ')
    super(
      `数据库中的政策 ${names} 与登记时不符，已停止据其结算；请从备份恢复该行。` +
        ` policy ${names} in the database is not what was registered; nothing is settled until the row is restored.`,
    )
  }
}

/** Reads every `*.json` of the directories. */
export async function readPolicyFiles(directories: readonly string[]): Promise<PolicyFile[]> {
  const files: PolicyFile[] = []
  for (const directory of directories) {
    const names = (await readdir(directory)).filter((name) => name.endsWith('.json')).toSorted()
    for (const name of names) files.push({ name, text: await readFile(join(directory, name), 'utf8') })
  }
  return files
}

/**
 * Validates the policy files of the directories and registers their policies in the database. What is already in force
 * stays as it was registered: only its last day may be set or moved, and not into the past. Rules the platform has
 * learned since are added to it.
 * Throws InvalidPolicies when a file is wrong, PolicyInForce when one contradicts what is in force, PolicyAltered when
 * what is in the database is not what was registered.
 */
export async function registerPolicies(
  { hot }: Database,
  { directories, now, today }: { directories: readonly string[]; now: Temporal.Instant; today: Temporal.PlainDate },
): Promise<void> {
  const files = await readPolicyFiles(directories)
  loadPolicies(files)
  const records = policyRecords(files)
  await hot.begin(async (tx) => {
    // Processes that start together register one after the other.
    await tx.unsafe('select version from settlement.policy_version for update')
    const registered = await readIntact(tx)
    const whole = withLaterRules(registered, files)
    const grown = whole.filter((one, i) => one !== registered[i])
    for (const one of grown) await save(tx, one, now)
    const known = new Map(whole.map((one) => [`${one.id} ${one.version}`, one]))
    let changed = grown.length > 0
    for (const record of records) {
      const before = known.get(`${record.id} ${record.version}`)
      if (before !== undefined && !differs(record, before)) continue
      if (before !== undefined && before.validFrom <= today.toString()) refuseChange(record, before, today)
      await save(tx, record, now)
      changed = true
    }
    if (changed) await tx.unsafe('update settlement.policy_version set version = version + 1')
  })
}

const differs = (a: PolicyRecord, b: PolicyRecord): boolean =>
  a.digest !== b.digest || a.validTo !== b.validTo || wording(a) !== wording(b)

/** Names and sources may be put right at any time; they are compared apart from what decides. */
const wording = ({ body }: PolicyRecord): string => canonicalDigest('policy', body)

function refuseChange(record: PolicyRecord, before: PolicyRecord, today: Temporal.PlainDate): void {
  if (record.digest !== before.digest)
    throw new PolicyInForce(record, { zh: '其规则不可更改', en: 'its rules cannot change' })
  const past = (day: string | null) => day !== null && day < today.toString()
  if (record.validTo !== before.validTo && (past(record.validTo) || past(before.validTo)))
    throw new PolicyInForce(record, { zh: '其止期不可改动过去', en: 'its last day cannot change the past' })
}

async function save(tx: Statements, record: PolicyRecord, now: Temporal.Instant): Promise<void> {
  const { id, version, digest, body, validFrom, validTo, source } = record
  await tx.unsafe(
    `insert into settlement.policy (id, version, digest, body, valid_from, valid_to, source, registered_at)
     values ($1, $2, $3, $4::text::jsonb, $5::text::date, $6::text::date, $7, $8::text::timestamptz)
     on conflict (id, version) do update set digest = excluded.digest, body = excluded.body,
       valid_to = excluded.valid_to, source = excluded.source`,
    [id, version, digest, JSON.stringify(body), validFrom, validTo, source, now.toString()],
  )
}

const readRecords = (tx: Statements): Promise<PolicyRecord[]> =>
  tx.unsafe<PolicyRecord>(`
    select id, version, digest, body, valid_from::text as "validFrom", valid_to::text as "validTo", source
    from settlement.policy order by id, version`)

/** Compiles every registered policy, all of one version. @throws PolicyAltered */
export async function loadRegisteredPolicies({ hot }: Pick<Database, 'hot'>): Promise<Policies> {
  const version = async () => (await readVersions(hot)).policies
  const { version: of, found } = await readAtOneVersion(version, () => compileRegistered(hot))
  return { version: of, list: found }
}

async function compileRegistered(hot: Statements): Promise<Policy[]> {
  const records = await readIntact(hot)
  return records.length === 0 ? [] : loadPolicies(policyFilesOf(records))
}

async function readIntact(tx: Statements): Promise<PolicyRecord[]> {
  const records = await readRecords(tx)
  const altered = records.filter((one) => !isIntact(one))
  if (altered.length > 0) throw new PolicyAltered(altered)
  return records
}

/** The policies that are as they were registered, compiled, and those that are not. */
export async function proveRegistered(tx: Statements): Promise<{ policies: Policy[]; mismatches: Mismatch[] }> {
  const records = await readRecords(tx)
  const altered = records.filter((one) => !isIntact(one))
  const mismatches = altered.map(({ id, version }) => mismatch(`${id} ${version}`, 'is not what was registered'))
  try {
    const intact = records.filter((one) => !altered.includes(one))
    return { policies: intact.length === 0 ? [] : loadPolicies(policyFilesOf(intact)), mismatches }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { policies: [], mismatches: [...mismatches, mismatch('*', `cannot be compiled: ${why}`)] }
  }
}

const mismatch = (row: string, what: string): Mismatch => ({ table: 'settlement.policy', row, what })
