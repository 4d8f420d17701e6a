import { parseDay } from '@yibao/schema/dates'
import { InvalidInput, NotAllowed, type Problem, type Text } from '@yibao/schema/rejection'
import type { Maybe } from './fields.ts'
import type { Policy } from './policy.ts'
import { InvalidPolicies, loadPolicies, type PolicyFault } from './policy-load.ts'

const BYTES_MAX = 1024 * 1024
const POLICIES_MAX = 200
/** Some ten times what the longest file of a pool has. Each costs time, and bills wait meanwhile. */
const VALUES_MAX = 20_000
const DAYS_MAX = 366
const PROBLEMS_MAX = 100
const PATH_MAX = 200
const NAME = 'draft'

/** What is asked of the workbench, as a client gives it. */
export interface ImpactInput {
  /** The JSON text of a pool file. */
  readonly draft: string
  /** First and last day the settlements were made on. */
  readonly from: string
  readonly to: string
  /** Judge every bill as on this day, for a draft that begins later. */
  readonly asOf?: Maybe<string>
}

/** What is asked, read. */
export interface ImpactPeriod {
  readonly from: Temporal.PlainDate
  readonly to: Temporal.PlainDate
  readonly asOf: Temporal.PlainDate | null
}

/** Throws InvalidInput for a draft that is too long to be looked at. */
export function checkSize(draft: string): void {
  if (Buffer.byteLength(draft) > BYTES_MAX)
    throw InvalidInput.of([problem(NAME, 'TOO_LONG', '最多 1 MiB', 'must have at most 1 MiB')])
}

/** Reads a request to the workbench. Throws InvalidInput with every fault of period and draft, each with its path. */
export function readImpact(input: ImpactInput, { pool, frame }: { pool: string; frame: string }): ImpactPeriod {
  checkSize(input.draft)
  const problems: Problem[] = []
  const period = readPeriod(input, problems)
  InvalidInput.throwIf([...problems, ...faultsOfDraft(input.draft, pool, frame)].slice(0, PROBLEMS_MAX))
  return period
}

/** Compiles a draft that was found right, by itself: the policies of its pool and no other. */
export const draftPolicies = (draft: string, frame: string): readonly Policy[] =>
  loadPolicies([
    { name: 'national frame', text: frame },
    { name: NAME, text: draft },
  ])

function readPeriod({ from, to, asOf }: ImpactInput, problems: Problem[]): ImpactPeriod {
  const day = (path: string, text: string) => {
    const found = parseDay(text)
    if (found === null)
      problems.push(problem(path, 'MALFORMED', '不是有效的日期（yyyy-MM-dd）', 'is not a day (yyyy-MM-dd)'))
    return found ?? Temporal.PlainDate.from('2000-01-01')
  }
  const period = { from: day('from', from), to: day('to', to), asOf: asOf == null ? null : day('asOf', asOf) }
  if (problems.length > 0) return period
  const { days } = period.from.until(period.to, { largestUnit: 'days' })
  if (days < 0) problems.push(problem('from', 'AFTER_TO', '不能晚于 to', 'must not be after to'))
  else if (days >= DAYS_MAX)
    problems.push(
      problem('to', 'PERIOD_TOO_LONG', `期间最多 ${DAYS_MAX} 天`, `the period has at most ${DAYS_MAX} days`),
    )
  if (period.from.year < 1970) problems.push(problem('from', 'RANGE', '不早于 1970 年', 'must not be before 1970'))
  return period
}

function faultsOfDraft(draft: string, pool: string, frame: string): Problem[] {
  // What the database cannot keep would fail there instead of being named here.
  if (!draft.isWellFormed() || draft.includes('\u0000'))
    return [problem(NAME, 'FORBIDDEN_CHARACTER', '含有控制字符或非法字符', 'has control or invalid characters')]
  const head = headOf(draft)
  if (head === null) return [problem(NAME, 'MALFORMED', '不是有效的 JSON 对象', 'is not a JSON object')]
  if (hasMoreValues(head, VALUES_MAX))
    return [problem(NAME, 'TOO_MANY', `最多 ${VALUES_MAX} 个值`, `takes at most ${VALUES_MAX} values`)]
  if (Array.isArray(head.policies) && head.policies.length > POLICIES_MAX)
    return [
      problem(`${NAME}.policies`, 'TOO_MANY', `最多 ${POLICIES_MAX} 条政策`, `takes at most ${POLICIES_MAX} policies`),
    ]
  if (Array.isArray(head.policies) && head.policies.length === 0)
    return [problem(`${NAME}.policies`, 'REQUIRED', '至少一条政策', 'needs a policy')]
  if (typeof head.pool === 'string' && head.pool !== pool)
    return [problem(`${NAME}.pool`, 'OTHER_POOL', '不是登录者所在的统筹区', 'is not the pool of whoever signed in')]
  try {
    draftPolicies(draft, frame)
    return []
  } catch (error) {
    if (!(error instanceof InvalidPolicies)) throw error
    return error.faults.map(problemOf)
  }
}

function headOf(draft: string): { readonly pool?: unknown; readonly policies?: unknown } | null {
  try {
    const head: unknown = JSON.parse(draft)
    return typeof head === 'object' && head !== null && !Array.isArray(head) ? head : null
  } catch {
    return null
  }
}

/** Whether there are more values than so many, those within others included, however deep they lie. */
function hasMoreValues(whole: object, max: number): boolean {
  const left: object[] = [whole]
  let count = 1
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    const inner: unknown[] = Object.values(one)
    count += inner.length
    if (count > max) return true
    for (const value of inner) if (typeof value === 'object' && value !== null) left.push(value)
  }
  return false
}

/** A fault names its reason in both languages, one after the other. Names in it are whatever the draft calls them. */
function problemOf({ path, reason }: PolicyFault): Problem {
  const [zh = '', en = zh] = reason.split(' / ')
  return {
    path: printable(path === '' ? NAME : `${NAME}.${path}`),
    code: 'POLICY_FAULT',
    message: { zh: printable(zh), en: printable(en) },
  }
}

const printable = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, '\ufffd')
    .slice(0, PATH_MAX)

const problem = (path: string, code: string, zh: string, en: string): Problem => ({ path, code, message: { zh, en } })

const refusal = (code: string, text: Text, path: string): NotAllowed =>
  NotAllowed.of({ code, text, problems: [{ path, code, message: text }] })

/** One draft is tried at a time in a pool. */
export const impactRuns = (): NotAllowed =>
  refusal(
    'IMPACT_RUNNING',
    {
      zh: '本统筹区已有一项政策影响测算在进行，请待其完成或取消，再以新的 requestId 发起',
      en: 'another draft is being tried in this pool; wait for it or cancel it, then ask under a new requestId',
    },
    'draft',
  )

/** What is over cannot be cancelled. */
export const impactIsOver = (): NotAllowed =>
  refusal('IMPACT_OVER', { zh: '该测算已结束', en: 'the trial of the draft is over' }, 'id')
