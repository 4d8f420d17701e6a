import { before } from '@yibao/schema/dates'
import type { Fen } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import { z } from 'zod'
import { CLAIM_CAUSES, CLAIM_PAPERS, type ClaimCause, type ClaimPaper } from './claim.ts'
import { source } from './policy-format.ts'
import { bilingual, careTypes, day, listOf, money, setOf, wrong } from './policy-parts.ts'
import type { Place } from './split-input.ts'

const NATIONAL = '100000'

const key = z.string().regex(/^[a-z0-9-]{1,40}$/)
const code = z.string().regex(/^[A-Z][A-Z_]{1,29}$/, wrong('应为大写代码', 'must be a code in capitals'))
const workingDays = z.strictObject({ workingDays: z.int().min(1).max(250), source: key })

/**
 * A paper of the checklist. KNOWN: the platform has it, nothing is uploaded. ACCOUNT: where the money goes, which is entered.
 * EMPLOYER: signed online by the employer of whoever is insured through one.
 */
const paper = z.strictObject({
  kind: z.enum(CLAIM_PAPERS),
  need: z.enum(['REQUIRED', 'OR_PROMISE', 'KNOWN', 'ACCOUNT', 'EMPLOYER']),
  when: z
    .strictObject({
      kinds: setOf(code).min(1).optional(),
      emergency: z.boolean().optional(),
      trauma: z.boolean().optional(),
      place: z.enum(['IN_POOL', 'IN_PROVINCE', 'OUT_OF_PROVINCE']).optional(),
      causes: setOf(z.enum(CLAIM_CAUSES)).min(1).optional(),
    })
    .optional(),
  source: key,
})

const kindOfClaim = z.strictObject({
  code,
  name: bilingual,
  careTypes,
  papers: listOf(paper, 50).min(1),
  source: key,
})

const monthDay = z.string().regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, wrong('应为月-日', 'must be month-day'))
const window = z.union([
  z.strictObject({ months: z.int().min(1).max(120), source: key }),
  z.strictObject({ until: monthDay, yearsAfter: z.int().min(0).max(5), source: key }),
])

/** Where whoever is insured in the pool goes, or calls, to claim. */
const agency = z.strictObject({
  name: bilingual,
  phone: z.string().regex(/^[\d-]{5,20}$/, wrong('应为电话号码', 'must be a phone number')),
  address: bilingual.nullable(),
  source: key,
})

const digits = listOf(z.int().min(0).max(32), 10).min(1)

const parts = {
  agency,
  /** Papers beside those of the kinds. */
  morePapers: listOf(paper, 50),
  kinds: listOf(kindOfClaim, 30).min(1),
  /** Until when after the care it can be claimed. */
  window,
  decision: workingDays,
  /** How long before a deadline it is told that it is near. */
  alarm: workingDays,
  supplement: workingDays,
  /** How often a claim is returned at most: what is missing is named at once. */
  returns: z.strictObject({ most: z.int().min(1).max(20), source: key }),
  appeal: workingDays,
  appealDecision: workingDays,
  payment: workingDays,
  /**
   * Above this a second person confirms. CLAIMED: it is measured by what is claimed, so that nobody decides alone by denying lines
   * how many look at a claim.
   */
  second: z.strictObject({ above: money, measuredBy: z.enum(['CLAIMED']), source: key }),
  /** Plain claims up to this are accepted by rule. */
  autoAccept: z.strictObject({ upTo: money, source: key }),
  /** What the fund never pays; `abroad` are divisions that lie outside of the mainland. */
  exclusions: z.strictObject({
    list: listOf(z.strictObject({ code, name: bilingual }), 30).min(1),
    abroad: setOf(z.string().regex(/^\d{1,6}$/)),
    source: key,
  }),
  /** How invoices are numbered: digits of code, number and check code; 0 where there is none. */
  invoiceForms: z.strictObject({
    list: listOf(z.strictObject({ name: bilingual, code: digits, number: digits, checkCode: digits }), 30).min(1),
    source: key,
  }),
  /** What is paid of care outside of designated institutions. */
  notDesignated: z.strictObject({ paid: z.enum(['EMERGENCY_ONLY', 'ANY', 'NOTHING']), source: key }),
}
const head = {
  pool: z.string().regex(/^\d{6}$/),
  name: bilingual,
  since: day,
  sources: z.record(key, source),
}
const whole = z.strictObject({ ...head, ...parts })
const local = z.strictObject({ ...head, ...z.strictObject(parts).partial().shape })

type National = z.output<typeof whole>
type Local = z.output<typeof local>
type Parts = Omit<National, keyof typeof head>

export type ClaimKind = z.output<typeof kindOfClaim>
export type ClaimAgency = z.output<typeof agency>
export type PaperRule = z.output<typeof paper>
type Source = z.output<typeof source>

/** How a pool takes claims: the national rules with the pool's own laid over them. */
export interface ClaimRules extends Parts {
  /** Pool of the file and the day it took effect: `620300@2026-01-01`. */
  readonly version: string
  readonly name: Text
  /** Where a value stands; one of the names that `source` of a value gives. */
  sourceOf(name: string): Source
}

interface RuleFile {
  readonly name: string
  readonly text: string
}

/** Reads the files; throws an error that names file and place when one is wrong. Answers the rules of each pool. */
export function loadClaimRules(files: readonly RuleFile[]) {
  const frame = files.find(({ text }) => poolIn.safeParse(JSON.parse(text)).data?.pool === NATIONAL)
  if (frame === undefined) throw new Error('there is no file of the national frame of claims')
  const national = read(frame, whole)
  const locals = files.map((file) => {
    const own = read<Local>(file, local)
    for (const used of sourcesIn(own)) {
      if (own.sources[used] === undefined) throw new Error(`${file.name}: ${used} is not among the sources`)
    }
    return own
  })
  const rules = new Map(locals.map((own) => [own.pool, laidOver(national, own)]))
  const fallback = laidOver(national, national)
  return (pool: string): ClaimRules => rules.get(pool) ?? rules.get(`${pool.slice(0, 4)}00`) ?? fallback
}

const poolIn = z.object({ pool: z.string() })

function read<T extends National | Local>({ name, text }: RuleFile, shape: z.ZodType<T>): T {
  const one = shape.safeParse(JSON.parse(text))
  if (!one.success) throw new Error(`${name}: ${z.prettifyError(one.error)}`)
  return one.data
}

/** Every source a file names. */
function sourcesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(sourcesIn)
  if (value === null || typeof value !== 'object' || value instanceof Temporal.PlainDate) return []
  return Object.entries(value).flatMap(([name, one]) => {
    if (name === 'sources') return []
    return name === 'source' ? [String(one)] : sourcesIn(one)
  })
}

function laidOver(national: National, own: Local): ClaimRules {
  return {
    agency: own.agency ?? national.agency,
    morePapers: own.morePapers ?? national.morePapers,
    kinds: own.kinds ?? national.kinds,
    window: own.window ?? national.window,
    decision: own.decision ?? national.decision,
    alarm: own.alarm ?? national.alarm,
    supplement: own.supplement ?? national.supplement,
    returns: own.returns ?? national.returns,
    appeal: own.appeal ?? national.appeal,
    appealDecision: own.appealDecision ?? national.appealDecision,
    payment: own.payment ?? national.payment,
    second: own.second ?? national.second,
    autoAccept: own.autoAccept ?? national.autoAccept,
    exclusions: own.exclusions ?? national.exclusions,
    invoiceForms: own.invoiceForms ?? national.invoiceForms,
    notDesignated: own.notDesignated ?? national.notDesignated,
    version: `${own.pool}@${own.since.toString()}`,
    name: own.name,
    sourceOf(name) {
      const found = own.sources[name] ?? national.sources[name]
      if (found === undefined) throw new Error(`no source ${name}`)
      return found
    },
  }
}

/** The kind of claim a care type belongs to; null when such care is not claimed. */
export const kindOfCare = ({ kinds }: ClaimRules, careType: string): ClaimKind | null =>
  kinds.find((one) => one.careTypes.some((prefix) => careType.startsWith(prefix))) ?? null

/** What decides which papers are asked for. */
export interface PaperCase {
  readonly kind: ClaimKind
  readonly emergency: boolean
  readonly trauma: boolean
  readonly place: Place
  readonly cause: ClaimCause | null
  /** Whether the person is insured through an employer. */
  readonly employed: boolean
}

/** The checklist of a claim, each kind of paper once. */
export function papersOf({ morePapers }: ClaimRules, one: PaperCase): PaperRule[] {
  const found = new Map<ClaimPaper, PaperRule>()
  for (const rule of [...one.kind.papers, ...morePapers]) {
    if (concerns(rule, one) && !found.has(rule.kind)) found.set(rule.kind, rule)
  }
  return [...found.values()]
}

function concerns(
  { need, when = {} }: PaperRule,
  { kind: { code: kind }, emergency, trauma, place, cause, employed }: PaperCase,
) {
  return (
    (need !== 'EMPLOYER' || employed) &&
    (when.kinds?.includes(kind) ?? true) &&
    (when.emergency ?? emergency) === emergency &&
    (when.trauma ?? trauma) === trauma &&
    (when.place ?? place) === place &&
    (when.causes === undefined || (cause !== null && when.causes.includes(cause)))
  )
}

/** Last day on which care that ended on a day can be claimed. */
export function lastDayToClaim(
  { window: rule }: Pick<ClaimRules, 'window'>,
  ended: Temporal.PlainDate,
): Temporal.PlainDate {
  if ('months' in rule) return ended.add({ months: rule.months })
  const [month = 1, last = 1] = rule.until.split('-').map(Number)
  return Temporal.PlainDate.from({ year: ended.year + rule.yearsAfter, month, day: last })
}

/** Whether care that ended on a day can still be claimed. */
export const isInWindow = (
  rules: Pick<ClaimRules, 'window'>,
  ended: Temporal.PlainDate,
  today: Temporal.PlainDate,
): boolean => !before(lastDayToClaim(rules, ended), today)

/** Above which amount a second person confirms. */
export const secondAbove = ({ second }: Pick<ClaimRules, 'second'>): Fen => second.above
