import type { z } from 'zod'
import type { Policy, Pool, PoolRules } from './policy.ts'
import { checkPolicy, counterMeanings, overlap, reachOf, type Reach } from './policy-check.ts'
import { poolFile, policyBlock, type PolicyBlock, type PoolFile } from './policy-format.ts'
import { wrong } from './policy-parts.ts'

/** The file of this pool is the national frame: its rules and sources stand behind those of every pool. */
const NATIONAL = '100000'

/** One fault of a policy file: where it is and what is wrong, in Chinese and English. */
export interface PolicyFault {
  readonly file: string
  /** `policies[2].payers[0].bands.table[1].to` */
  readonly path: string
  readonly reason: string
}

/** The policy files cannot be used. Not a rejection: the platform does not start with them. */
export class InvalidPolicies extends Error {
  readonly faults: readonly PolicyFault[]

  constructor(faults: readonly PolicyFault[]) {
    super(`政策文件有误 / invalid policy files:\n${faults.map((f) => `  ${f.file} ${f.path}: ${f.reason}`).join('\n')}`)
    this.faults = faults
  }
}

/** A file on its way to being policies: its pool part and those of its policies whose form is right. */
interface Draft {
  readonly name: string
  readonly file: PoolFile
  readonly blocks: readonly { readonly path: string; readonly block: PolicyBlock }[]
}

type Report = (file: string, path: string, reason: string) => void

/**
 * Reads policy files into policies that the split can use. Rules that a pool leaves out come from the national frame
 * (pool 100000), when it is among the files. Throws InvalidPolicies with every fault of every file.
 */
export function loadPolicies(files: readonly { readonly name: string; readonly text: string }[]): Policy[] {
  const faults: PolicyFault[] = []
  const report: Report = (file, path, reason) => void faults.push({ file, path, reason })
  const drafts = files.flatMap(({ name, text }) => readFile(name, text, report))
  const frame = drafts.find((draft) => draft.file.pool === NATIONAL)
  // A frame that cannot be read would make every pool look incomplete.
  const complete = faults.length === 0 || frame !== undefined
  checkAcross(drafts, report)
  const policies = drafts.flatMap((draft) => compile(draft, { frame: frame?.file ?? null, complete }, report))
  if (faults.length > 0) throw new InvalidPolicies(faults)
  return policies
}

function readFile(name: string, text: string, report: Report): Draft[] {
  const raw = parseJson(text)
  if (raw === undefined) {
    report(name, '', wrong('不是有效的 JSON', 'is not valid JSON'))
    return []
  }
  const file = poolFile.safeParse(raw)
  if (!file.success) {
    reportIssues(file.error, name, [], report)
    // The policies are looked at all the same, so that one run names everything.
    const policies = typeof raw === 'object' && raw !== null && 'policies' in raw ? raw.policies : []
    if (Array.isArray(policies)) policies.forEach((block, i) => readBlock(block, name, i, report))
    return []
  }
  const blocks = file.data.policies.flatMap((block, i) => readBlock(block, name, i, report))
  return [{ name, file: file.data, blocks }]
}

function readBlock(raw: unknown, name: string, index: number, report: Report) {
  const block = policyBlock.safeParse(raw)
  if (block.success) return [{ path: `policies[${index}]`, block: block.data }]
  reportIssues(block.error, name, ['policies', index], report)
  return []
}

function reportIssues(error: z.ZodError, name: string, above: readonly PropertyKey[], report: Report): void {
  for (const issue of error.issues) {
    const path = [...above, ...issue.path].map((one) => (typeof one === 'number' ? `[${one}]` : `.${String(one)}`))
    const message = issue.message.includes(' / ') ? issue.message : wrong('格式不符', issue.message)
    report(name, path.join('').replace(/^\./, ''), message)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What can only be wrong between policies: names used twice, counters with two meanings, two policies for one bill. */
function checkAcross(drafts: readonly Draft[], report: Report): void {
  const all = drafts.flatMap((draft) =>
    draft.blocks.map((one) => ({ ...one, file: draft.name, pool: draft.file.pool })),
  )
  const meanings = new Map<string, string>()
  const superseded = supersededAmong(all.map((one) => one.block))
  const versions = new Set<string>()
  const holding = new Map<string, { readonly id: string; readonly reach: Reach }[]>()
  for (const { path, block, file, pool } of all) {
    const one = { id: block.id, reach: reachOf(block) }
    const others = holding.get(pool) ?? []
    holding.set(pool, others)
    // The first is enough: when all are alike, the pairs are more than anybody reads.
    const other = superseded.has(block) ? undefined : others.find(({ reach }) => overlap(reach, one.reach))
    if (other !== undefined)
      report(
        file,
        path,
        wrong(`与 ${other.id} 适用的人员、医疗类别和时间重叠`, `overlaps ${other.id} in persons, care and time`),
      )
    if (!superseded.has(block)) others.push(one)
    const version = `${block.id} ${versionOf(block)}`
    if (versions.has(version))
      report(file, `${path}.id`, wrong('标识和起期重复', 'occurs twice with the same first day'))
    versions.add(version)
    for (const { path: where, name, meaning } of counterMeanings(block)) {
      const before = meanings.get(`${pool} ${name}`)
      meanings.set(`${pool} ${name}`, before ?? meaning)
      if (before !== undefined && before !== meaning)
        report(
          file,
          `${path}.${where}`,
          wrong(`${name} 在别处含义不同（${before}）`, `${name} counts ${before} elsewhere`),
        )
    }
  }
}

/** What settlements name a policy by beside its id: its first day, and of a revision its number. */
const versionOf = ({ from, revision }: PolicyBlock): string =>
  revision === null ? from.toString() : `${from.toString()}.${revision}`

/** Those of which a later revision is there. */
function supersededAmong(blocks: readonly PolicyBlock[]): ReadonlySet<PolicyBlock> {
  const latest = new Map<string, PolicyBlock>()
  const superseded = new Set<PolicyBlock>()
  for (const block of blocks) {
    const key = `${block.id} ${block.from.toString()}`
    const other = latest.get(key)
    const isLater = other === undefined || (other.revision ?? 1) < (block.revision ?? 1)
    if (isLater) latest.set(key, block)
    if (other !== undefined) superseded.add(isLater ? other : block)
  }
  return superseded
}

function compile(
  draft: Draft,
  { frame, complete }: { frame: PoolFile | null; complete: boolean },
  report: Report,
): Policy[] {
  const { file, name } = draft
  const sources = new Map([...Object.entries(frame?.sources ?? {}), ...Object.entries(file.sources)])
  for (const key of file === frame ? [] : Object.keys(file.sources)) {
    if (frame !== null && key in frame.sources)
      report(name, `sources.${key}`, wrong('与国家框架的来源同名', 'has the name of a source of the national frame'))
  }
  for (const { path, key } of complete ? ruleSources(file.rules) : []) {
    if (!sources.has(key)) report(name, path, wrong(`未声明的来源 ${key}`, `names the undeclared source ${key}`))
  }
  for (const { path, block } of draft.blocks) {
    const context = { pool: file.pool, sources: complete ? new Set(sources.keys()) : null }
    for (const fault of checkPolicy(block, context)) report(name, `${path}.${fault.path}`, fault.reason)
  }
  const rules = completeRules(file, frame, (rule) => {
    const reason = wrong('此处与国家框架均未规定', 'stands neither here nor in the national frame')
    if (complete) report(name, `rules.${rule}`, reason)
  })
  if (rules === null) return []
  const pool: Pool = { code: file.pool, name: file.name, area: file.area, rules, sources }
  return draft.blocks.map(({ block }) => ({
    id: block.id,
    version: versionOf(block),
    revision: block.revision ?? 1,
    name: block.name,
    pool,
    insuranceTypes: block.insuranceTypes,
    personTypes: block.personTypes,
    careTypes: block.careTypes,
    from: block.from,
    to: block.to,
    payers: block.payers,
    crossArea: [...block.crossArea, ...rules.crossArea],
  }))
}

/** Every rule of a pool, from its own file or from the national frame; crossArea may stand in neither. */
const RULES = [
  'lineDecimals',
  'benefitYear',
  'decidingDate',
  'coverageLapse',
  'account',
  'localUseWhileFiled',
  'emergencyCountsAsFiled',
  'catalogueElsewhere',
  'observationJoins',
  'transfer',
  'mutualAid',
  'reversalOrder',
  'conversion',
  'traceCodes',
  'online',
  'openStays',
  'capabilities',
  'suspendedStaff',
  'quote',
  'credentialAtDischarge',
  'chosenInstitution',
  'maternityRegistration',
] as const satisfies readonly (keyof PoolFile['rules'])[]
type Rules = PoolFile['rules']
type Complete = Rules & { readonly [K in (typeof RULES)[number]]-?: NonNullable<Rules[K]> }

function completeRules(file: PoolFile, frame: PoolFile | null, missing: (rule: string) => void): PoolRules | null {
  const rules: Rules = { ...frame?.rules, ...file.rules }
  if (!isComplete(rules)) {
    for (const name of RULES) if (rules[name] === undefined) missing(name)
    return null
  }
  const { benefitYear, crossArea = [] } = rules
  return { ...rules, benefitYear: { ...benefitYear.start, source: benefitYear.source }, crossArea }
}

const isComplete = (rules: Rules): rules is Complete => RULES.every((name) => rules[name] !== undefined)

function ruleSources(rules: PoolFile['rules']): { path: string; key: string }[] {
  return Object.entries(rules).flatMap(([name, rule]) => {
    if (rule === undefined) return []
    if (Array.isArray(rule)) return rule.map((one, i) => ({ path: `rules.${name}[${i}].source`, key: one.source }))
    return 'source' in rule ? [{ path: `rules.${name}.source`, key: rule.source }] : []
  })
}
