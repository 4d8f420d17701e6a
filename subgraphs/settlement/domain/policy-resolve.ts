import { portion, RATE_ONE, rateOf, type Fen, type Rate } from '@yibao/schema/money'
import type { CounterOf } from './counter.ts'
import type { Tariff } from './payer.ts'
import type {
  AccountPart,
  AccountPayer,
  Cap,
  Category,
  Choice,
  CrossArea,
  Deductible,
  FundPayer,
  OwnTable,
  Payer,
  Policy,
} from './policy.ts'
import { choose, holds, type Situation } from './policy-condition.ts'
import { eachNamed } from './policy-mentions.ts'
import { refusedAt } from './refusals.ts'
import type { Level } from './split-input.ts'

/** A fund payer with plain numbers, for one kind of case. */
export interface ResolvedFund {
  readonly kind: 'FUND'
  readonly payer: FundPayer
  /** Which categories it pays from, in that order. */
  readonly draws: readonly Category[]
  readonly tariff: Tariff
  /** The caps of the tariff as the policy states them. */
  readonly caps: readonly Cap[]
  /** The standard as it is printed and what it is multiplied by; null where the tariff's is the printed one. */
  readonly stated: { readonly standard: Fen; readonly factor: Rate } | null
  /** Of what the ratio of each band is made, in their order. */
  readonly ratios: readonly RatioParts[]
  /** DAYS scope: the standard is due again for every such block of days. */
  readonly daysPerStandard: number | null
  /** Still without their period; null for a stage that looks at this bill only. */
  readonly counters: {
    readonly deductible: CounterOf | null
    readonly position: CounterOf | null
    /** In the order of the tariff's caps; BAND_END is counted by the position. */
    readonly caps: readonly (CounterOf | 'POSITION' | null)[]
  }
}

/** A printed ratio, the points added to it and those that treatment elsewhere takes away. */
export interface RatioParts {
  readonly printed: Rate
  readonly bonus: Rate
  readonly drop: Rate
}

/** Which parts of a bill an account pays. */
export interface AccountDraws {
  readonly draws: readonly Category[]
  readonly paysDeductible: boolean
  readonly paysInScope: boolean
}

export interface ResolvedAccount extends AccountDraws {
  readonly kind: 'ACCOUNT'
  readonly payer: AccountPayer
}

export interface ResolvedPolicy {
  readonly policy: Policy
  readonly payers: readonly (ResolvedFund | ResolvedAccount)[]
  /** What accounts of bound relatives pay. */
  readonly mutualAid: AccountDraws
  /** First self-payment for treatment outside the pool; zero when there is none. */
  readonly crossAreaShare: Rate
  /** The cross-area rule that applied, for the explanation. */
  readonly crossArea: CrossArea | null
}

/** Kinds of cases kept per policy. A pool has some dozens; the bound only guards against odd codes. */
const RESOLVED_MAX = 2000
const resolved = new WeakMap<
  Policy,
  { readonly signature: (situation: Situation) => string; readonly known: Map<string, ResolvedPolicy> }
>()

/**
 * The policy's numbers for this kind of case, from memory when it was met before. Throws NotAllowed when the policy
 * is silent about the case or refuses it.
 */
export function resolvePolicy(policy: Policy, situation: Situation): ResolvedPolicy {
  let memory = resolved.get(policy)
  if (memory === undefined) {
    memory = { signature: signatureOf(policy), known: new Map() }
    resolved.set(policy, memory)
  }
  const signature = memory.signature(situation)
  const known = memory.known.get(signature)
  if (known !== undefined) return known
  const fresh = resolve(policy, situation)
  if (memory.known.size >= RESOLVED_MAX) memory.known.clear()
  memory.known.set(signature, fresh)
  return fresh
}

/** Ages, admissions and insured months enter only by the thresholds the policy mentions, so that kinds of cases stay few. */
function signatureOf(policy: Policy): (situation: Situation) => string {
  const thresholds = (...names: string[]) => {
    const found = new Set<number>()
    eachNamed([policy.payers, policy.crossArea], names, (inner) => {
      if (typeof inner === 'number') found.add(inner)
    })
    return [...found].toSorted((a, b) => a - b)
  }
  const ages = thresholds('ageFrom', 'ageBelow')
  const admissions = thresholds('admissionFrom', 'admissionBelow')
  const months = thresholds('insuredMonthsFrom', 'insuredMonthsBelow')
  const diseases = mentioned(policy, 'disease').toSorted()
  const births = mentioned(policy, 'birthType')
  const diseaseOf = (code: string | undefined) => (diseases.length === 0 ? '' : `,${prefixesOf(code, diseases)}`)
  const birthOf = (type = '') => (births.length === 0 ? '' : `,${births.includes(type) ? type : ''}`)
  return ({ person, care }) =>
    `${person.personType},${step(ages, person.age)},${person.civilServant},${care.careType},${care.emergency},` +
    `${care.level},${care.place},${care.filing},${step(admissions, care.admission)},${person.identities.join('+')}` +
    (months.length === 0 ? '' : `,${step(months, person.insuredMonths ?? -1)}`) +
    diseaseOf(care.disease) +
    birthOf(care.birthType)
}

/** Which of the prefixes a code begins with. */
const prefixesOf = (code: string | undefined, prefixes: readonly string[]): string =>
  code === undefined ? '' : prefixes.filter((prefix) => code.startsWith(prefix)).join('+')

/** The texts a policy's conditions list under a name. */
function mentioned({ payers, crossArea }: Policy, name: 'disease' | 'birthType'): string[] {
  const found = new Set<string>()
  eachNamed([payers, crossArea], [name], (inner) => {
    if (Array.isArray(inner)) for (const one of inner) found.add(String(one))
  })
  return [...found]
}

/** How many thresholds a value has reached. */
function step(edges: readonly number[], value: number): number {
  let reached = 0
  for (const edge of edges) if (edge <= value) reached++
  return reached
}

function resolve(policy: Policy, situation: Situation): ResolvedPolicy {
  const crossArea = crossAreaOf(policy, situation)
  const payers = policy.payers
    .filter((payer) => holds(payer.when, situation))
    .map((payer) =>
      payer.kind === 'ACCOUNT'
        ? resolveAccount(payer, policy)
        : resolveFund({ policy, payer, crossArea, situation }, drawsOf(payer, policy.payers)),
    )
  const share = crossArea?.model === 'FIRST_SELF_PAYMENT' ? crossArea.share : null
  const crossAreaShare = share === null ? rateOf(0n) : required(policy, share, situation, 'crossArea')
  const mutualAid = accountDraws(policy.pool.rules.mutualAid.pays)
  return { policy, payers, mutualAid, crossAreaShare, crossArea }
}

function crossAreaOf(policy: Policy, situation: Situation): CrossArea | null {
  if (situation.care.place === 'IN_POOL') return null
  const found = policy.crossArea.find((rule) => holds(rule.when, situation))
  if (found !== undefined && found.model !== 'REFUSED') return found
  throw refusedAt(found === undefined ? 'CROSS_AREA_NOT_STATED' : 'CROSS_AREA_REFUSED', ['credential'], {
    zh: `参保地政策${found === undefined ? '未规定此类异地就医如何支付' : '不支付此类异地就医'}；可办理异地就医备案，诊疗结束后也可补办，或向参保地经办机构咨询`,
    en: `the policy of the pool ${found === undefined ? 'does not say what is paid of' : 'does not pay'} this treatment elsewhere; file for treatment elsewhere, also once it is over, or ask the bureau of the pool`,
  })
}

/** Which parts of the bill a payer pays from: its own categories, or those of the payers it follows. */
function drawsOf(payer: FundPayer, all: readonly Payer[]): readonly Category[] {
  if (payer.base.kind === 'REMAINING') return payer.base.of
  const ids = payer.base.kind === 'EXCESS' ? [payer.base.payer] : payer.base.payers
  const followed = all.filter((one): one is FundPayer => one.kind === 'FUND' && ids.includes(one.id))
  return [...new Set(followed.flatMap((one) => drawsOf(one, all)))]
}

interface Task {
  readonly policy: Policy
  readonly payer: FundPayer
  readonly crossArea: CrossArea | null
  readonly situation: Situation
}

function resolveFund(task: Task, draws: readonly Category[]): ResolvedFund {
  const { payer, crossArea, policy, situation } = task
  const own = crossArea?.model === 'OWN_TABLE' ? (crossArea.tables.find((one) => one.payer === payer.id) ?? null) : null
  const ratios = resolveRatios(task, own)
  const bands = ratios.map(({ band: { from, to }, ratio }) => ({ from, to, ratio }))
  const stated = resolveStandard(task, own)
  const caps = payer.caps.flatMap((cap) => {
    const end = bands.at(-1)?.to ?? null
    const amount = cap.amount === null ? end : required(policy, cap.amount, situation, `${payer.id}.caps`)
    return amount === null ? [] : [{ cap, unit: cap.unit, amount }]
  })
  const { position, rounding } = payer.bands
  const standard = stated === null ? null : portion(stated.standard, stated.factor)
  return {
    kind: 'FUND',
    payer,
    draws,
    tariff: { standard, bands, position, cumulative: rounding === 'CUMULATIVE', caps },
    caps: caps.map(({ cap }) => cap),
    stated: stated?.factor === RATE_ONE ? null : stated,
    ratios: ratios.map(({ printed, bonus, drop }) => ({ printed, bonus, drop })),
    daysPerStandard: payer.deductible?.days ?? null,
    counters: {
      deductible: payer.deductible === null ? null : stageCounter(payer.deductible),
      position: stageCounter(payer.bands),
      caps: caps.map(({ cap }) => capCounter(cap)),
    },
  }
}

const stageCounter = ({
  scope,
  counter,
  perDisease,
}: Pick<Deductible, 'scope' | 'counter' | 'perDisease'>): CounterOf | null =>
  counter === null ? null : { name: counter, scope, perDisease }

const capCounter = (cap: Cap): CounterOf | 'POSITION' | null =>
  cap.unit === 'BAND_END' ? 'POSITION' : stageCounter(cap)

function resolveStandard({ policy, payer, situation }: Task, own: OwnTable | null): ResolvedFund['stated'] {
  if (payer.deductible === null) return null
  const where = `${payer.id}.deductible`
  if (own !== null && own.deductible !== null)
    return { standard: required(policy, own.deductible, situation, where), factor: RATE_ONE }
  const standard = required(policy, payer.deductible.standard, situation, where)
  const { factor } = payer.deductible
  return { standard, factor: factor === null ? RATE_ONE : required(policy, factor, situation, where) }
}

/** Bonus points raise a ratio to at most 1, cross-area points lower it to at least 0. */
function resolveRatios({ policy, payer, crossArea, situation }: Task, own: OwnTable | null) {
  const where = `${payer.id}.bands`
  const table = required(policy, own?.table ?? payer.bands.table, situation, where)
  const bonus = payer.bands.bonus === null ? rateOf(0n) : required(policy, payer.bands.bonus, situation, where)
  const reduced = crossArea?.model === 'POINTS' && crossArea.payers.includes(payer.id)
  const drop = reduced ? required(policy, crossArea.drop, situation, 'crossArea') : rateOf(0n)
  return table.map((band) => {
    const printed = required(policy, band.ratio, situation, where)
    const points = printed + bonus
    const kept = (points > RATE_ONE ? RATE_ONE : points) - drop
    return { band, ratio: rateOf(kept < 0n ? 0n : kept), printed, bonus, drop }
  })
}

const resolveAccount = (payer: AccountPayer, policy: Policy): ResolvedAccount => ({
  kind: 'ACCOUNT',
  payer,
  ...accountDraws(payer.pays ?? policy.pool.rules.account.pays),
})

function accountDraws(parts: readonly AccountPart[]): AccountDraws {
  const paysInScope = parts.includes('inScope')
  const paysDeductible = parts.includes('deductible')
  const order: Category[] = ['inScope', 'firstSelfPayment', 'overCeiling', 'selfPaid']
  const draws = order.filter((one) => parts.includes(one) || (one === 'inScope' && paysDeductible))
  return { draws, paysDeductible, paysInScope }
}

const LEVELS: readonly Level[] = ['LEVEL_1', 'LEVEL_2', 'LEVEL_3', 'COMMUNITY', 'PHARMACY']

/** Whether the policy would say something for an institution of another level. */
const isSilentOnLevel = (choice: Choice<unknown>, { care, ...rest }: Situation): boolean =>
  LEVELS.some((level) => choose(choice, { ...rest, care: { ...care, level } }) !== undefined)

/** The choice's value, or a refusal that names what the policy does not say. */
function required<T>(policy: Policy, choice: Choice<T>, situation: Situation, where: string): T {
  const value = choose(choice, situation)
  if (value !== undefined) return value
  const { level, filing, admission } = situation.care
  throw refusedAt('POLICY_SILENT', [isSilentOnLevel(choice, situation) ? 'institution' : 'careType'], {
    zh: `政策 ${policy.id}（${policy.version}）的 ${where} 未规定此种情形（级别 ${level}，备案 ${filing}，第 ${admission} 次住院）`,
    en: `policy ${policy.id} (${policy.version}) says nothing in ${where} for this case (level ${level}, filing ${filing}, admission ${admission})`,
  })
}
