import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { divisionFault } from '@yibao/schema/ids'
import type { Evidence, FilingRules } from '../domain/rules.ts'

const FOLDER = join(import.meta.dirname, '..', 'rules')

const evidence = z.enum([
  'HOUSEHOLD_REGISTER',
  'RESIDENCE_CERTIFICATE',
  'WORK_CERTIFICATE',
  'PROMISE',
]) satisfies z.ZodType<Evidence>
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

const rules = z.strictObject({
  'evidence.RETIRED_ELSEWHERE': said(z.array(evidence).min(1)),
  'evidence.RESIDENT_ELSEWHERE': said(z.array(evidence).min(1)),
  'evidence.WORKING_ELSEWHERE': said(z.array(evidence).min(1)),
  'personClasses.RETIRED_ELSEWHERE': said(z.array(personClass)),
  'personClasses.RESIDENT_ELSEWHERE': said(z.array(personClass)),
  'personClasses.WORKING_ELSEWHERE': said(z.array(personClass)),
  'longTerm.changeAfter': said(duration),
  'longTerm.placesMax': said(count.min(1)),
  'referral.validity': said(duration),
  'referral.levels': said(z.array(level).min(1)),
  'otherTemporary.validity': said(duration),
  'temporary.placesMax': said(count.min(1)),
  'homeUse.longTerm': said(homeUse),
  'homeUse.temporary': said(homeUse),
  'destination.granularity': said(z.enum(['CITY', 'PROVINCE'])),
  'cancellation.effective': said(z.enum(['NEXT_DAY'])),
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

function merge(base: National, own: National | Local): FilingRules {
  const all = { ...base.rules, ...own.rules } as National['rules']
  return {
    version: `${own.pool}@${own.since}`,
    name: own.name,
    evidence: {
      RETIRED_ELSEWHERE: all['evidence.RETIRED_ELSEWHERE'].value,
      RESIDENT_ELSEWHERE: all['evidence.RESIDENT_ELSEWHERE'].value,
      WORKING_ELSEWHERE: all['evidence.WORKING_ELSEWHERE'].value,
    },
    personClasses: {
      RETIRED_ELSEWHERE: all['personClasses.RETIRED_ELSEWHERE'].value,
      RESIDENT_ELSEWHERE: all['personClasses.RESIDENT_ELSEWHERE'].value,
      WORKING_ELSEWHERE: all['personClasses.WORKING_ELSEWHERE'].value,
    },
    changeAfter: all['longTerm.changeAfter'].value,
    longTermPlacesMax: all['longTerm.placesMax'].value,
    temporaryPlacesMax: all['temporary.placesMax'].value,
    validity: { REFERRAL: all['referral.validity'].value, OTHER_TEMPORARY: all['otherTemporary.validity'].value },
    referralLevels: all['referral.levels'].value,
    homeUse: { longTerm: all['homeUse.longTerm'].value, temporary: all['homeUse.temporary'].value },
    granularity: all['destination.granularity'].value,
    cancellation: all['cancellation.effective'].value,
    backdateDaysMax: all['begin.backdateDaysMax'].value,
    aheadDaysMax: all['begin.aheadDaysMax'].value,
  }
}
