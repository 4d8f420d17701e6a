import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { divisionFault } from '@yibao/schema/ids'
import { EVIDENCE, KINDS, type FilingRules, type Kind, type Source } from '../domain/rules.ts'

const FOLDER = join(import.meta.dirname, '..', 'rules')

const personClass = z.string().regex(/^1[1-6]$/, 'a class is 11–16')
const level = z.enum(['LEVEL_1', 'LEVEL_2', 'LEVEL_3', 'COMMUNITY'])
const duration = z.string().transform((text, context) => {
  try {
    const read = Temporal.Duration.from(text)
    if (read.sign >= 0 && read.hours === 0) return read
  } catch {
    // Falls through to the issue below.
  }
  context.addIssue('must be an ISO 8601 duration in years, months or days, "P6M"')
  return z.NEVER
})
const homeUse = z.enum(['BOTH', 'NOT_WHILE_FILED'])
const count = z.int().min(0).max(1000)

/** A value never stands alone: the source and the place in it stand beside. */
const said = <T extends z.ZodType>(value: T) =>
  z.strictObject({ value, source: z.string(), article: z.string().min(1) })

/** A rule that holds for every kind of filing, and the kinds it is otherwise for. */
const perKind = <Name extends string, T extends z.ZodType>(name: Name, value: T) =>
  Object.fromEntries([
    [name, said(value)],
    ...KINDS.map((kind) => [`${name}.${kind}`, said(value).optional()] as const),
  ]) as Record<Name, z.ZodType<Said<z.output<T>>>> & Record<`${Name}.${Kind}`, z.ZodType<Said<z.output<T>> | undefined>>

interface Said<T> {
  readonly value: T
  readonly source: string
  readonly article: string
}

const rules = z.strictObject({
  ...perKind('evidence', z.array(z.enum(EVIDENCE)).min(1)),
  'documents.min': said(count),
  promise: said(z.strictObject({ zh: z.string().min(1), en: z.string().min(1) })),
  'personClasses.RETIRED_ELSEWHERE': said(z.array(personClass)),
  'personClasses.RESIDENT_ELSEWHERE': said(z.array(personClass)),
  'personClasses.WORKING_ELSEWHERE': said(z.array(personClass)),
  ...perKind('decision', z.enum(['BY_RULE', 'REVIEW'])),
  'review.workingDays': said(count),
  ...perKind('review.overdue', z.enum(['APPROVE', 'ESCALATE'])),
  ...perKind('certification', z.enum(['NONE', 'REQUIRED'])),
  'certification.workingDays': said(count),
  ...perKind('networkedCard', z.enum(['NONE', 'ON_CONFIRMATION'])),
  'longTerm.changeAfter': said(duration),
  'longTerm.placesMax': said(count.min(1)),
  'referral.validity': said(duration),
  'referral.levels': said(z.array(level).min(1)),
  'referral.fromPlace': said(z.enum(['ACCEPTED', 'NOT_ACCEPTED'])),
  'emergency.validity': said(duration),
  'otherTemporary.validity': said(duration),
  'temporary.placesMax': said(count.min(1)),
  'temporary.extensionsMax': said(count),
  'homeUse.longTerm': said(homeUse),
  'homeUse.temporary': said(homeUse),
  'destination.granularity': said(z.enum(['CITY', 'PROVINCE'])),
  'cancellation.effective': said(z.enum(['AT_ONCE', 'NEXT_DAY'])),
  'begin.backdateDaysMax': said(count),
  'begin.aheadDaysMax': said(count),
})

const source = z.strictObject({
  title: z.string().min(1),
  address: z.string().min(1),
  date: z.string(),
  reliability: z.enum(['A', 'B', 'C', 'OWN']),
})

const head = {
  name: z.strictObject({ zh: z.string(), en: z.string() }),
  since: z.iso.date(),
  sources: z.record(z.string(), source),
}
const national = z.strictObject({ ...head, pool: z.literal('NATIONAL'), rules })
const local = z.strictObject({
  ...head,
  pool: z.string().refine((text) => divisionFault(text) === null, 'must be a division'),
  rules: rules.partial(),
})

type National = z.output<typeof national>
type Local = z.output<typeof local>

/** Finds the rules of a home pool: its own, else those of its city or province, else the national ones. */
export interface Rulebook {
  rulesOf(pool: string): FilingRules
}

/**
 * Reads every rule file of the folder once, at start.
 *
 * @throws Error naming the file, the place in it and the reason.
 */
export function loadRules(folder: string = FOLDER): Rulebook {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
  const base = readFile(folder, 'national.json', national)
  const locals = new Map<string, FilingRules>()
  for (const file of files) {
    if (file === 'national.json') continue
    const own = readFile(folder, file, local)
    if (`${own.pool}.json` !== file) throw new Error(`filing rules ${file}: pool: the file is named after another pool`)
    locals.set(own.pool, merge(base, own))
  }
  const fallback = merge(base, base)
  return {
    rulesOf: (pool) =>
      locals.get(pool) ?? locals.get(`${pool.slice(0, 4)}00`) ?? locals.get(`${pool.slice(0, 2)}0000`) ?? fallback,
  }
}

function readFile<T extends National | Local>(folder: string, file: string, shape: z.ZodType<T>): T {
  const fail = (path: string, reason: string): never => {
    throw new Error(`filing rules ${file}: ${path}: ${reason}`)
  }
  let text: unknown
  try {
    text = JSON.parse(readFileSync(join(folder, file), 'utf8'))
  } catch (error) {
    return fail('file', error instanceof Error ? error.message : 'is no JSON')
  }
  const result = shape.safeParse(text)
  if (!result.success) {
    const [issue] = result.error.issues
    return fail(issue?.path.join('/') ?? '', issue?.message ?? 'is not as it should be')
  }
  for (const [name, rule] of Object.entries(result.data.rules)) {
    if (rule !== undefined && !(rule.source in result.data.sources)) {
      fail(`rules/${name}/source`, `"${rule.source}" is not among the sources`)
    }
  }
  return result.data
}

type Rules = National['rules']

/** The pool's own value first, the one for the kind before the one for all. */
function kindly<T>(base: National, own: National | Local, name: string): Readonly<Record<Kind, T>> {
  const find = (kind: Kind) =>
    [own.rules, base.rules]
      .flatMap((all) => [`${name}.${kind}`, name].map((key) => Reflect.get(all, key) as Said<T> | undefined))
      .find((one) => one !== undefined)
  return Object.fromEntries(KINDS.map((kind) => [kind, find(kind)?.value])) as Record<Kind, T>
}

function merge(base: National, own: National | Local): FilingRules {
  const all = { ...base.rules, ...own.rules } as Rules
  const per = <T>(name: string) => kindly<T>(base, own, name)
  return {
    version: `${own.pool}@${own.since}`,
    name: own.name,
    evidence: per('evidence'),
    documentsMin: all['documents.min'].value,
    promise: all.promise.value,
    personClasses: {
      RETIRED_ELSEWHERE: all['personClasses.RETIRED_ELSEWHERE'].value,
      RESIDENT_ELSEWHERE: all['personClasses.RESIDENT_ELSEWHERE'].value,
      WORKING_ELSEWHERE: all['personClasses.WORKING_ELSEWHERE'].value,
    },
    decision: per('decision'),
    reviewWorkingDays: all['review.workingDays'].value,
    overdue: per('review.overdue'),
    certification: per('certification'),
    certificationWorkingDays: all['certification.workingDays'].value,
    networkedCard: per('networkedCard'),
    changeAfter: all['longTerm.changeAfter'].value,
    longTermPlacesMax: all['longTerm.placesMax'].value,
    temporaryPlacesMax: all['temporary.placesMax'].value,
    validity: {
      REFERRAL: all['referral.validity'].value,
      EMERGENCY: all['emergency.validity'].value,
      OTHER_TEMPORARY: all['otherTemporary.validity'].value,
    },
    extensionsMax: all['temporary.extensionsMax'].value,
    referralLevels: all['referral.levels'].value,
    referralFromPlace: all['referral.fromPlace'].value,
    homeUse: { longTerm: all['homeUse.longTerm'].value, temporary: all['homeUse.temporary'].value },
    granularity: all['destination.granularity'].value,
    cancellation: all['cancellation.effective'].value,
    backdateDaysMax: all['begin.backdateDaysMax'].value,
    aheadDaysMax: all['begin.aheadDaysMax'].value,
    sourceOf: (name) => sourceOf(base, own, name),
  }
}

/** Where a value stands: `review.overdue.REFERRAL`, or what is said for all kinds where nothing is said for this one. */
function sourceOf(base: National, own: National | Local, name: string): Source {
  for (const file of [own, base]) {
    for (const key of [name, name.replace(/\.[A-Z_]+$/, '')]) {
      const rule = Reflect.get(file.rules, key) as Said<unknown> | undefined
      const document = rule === undefined ? undefined : file.sources[rule.source]
      if (rule !== undefined && document !== undefined) return { ...document, article: rule.article }
    }
  }
  throw new Error(`no filing rule ${name}`)
}
