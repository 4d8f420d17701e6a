import type { Band, Base, Cap, Choice, CrossArea, FundPayer, Payer, Scope } from './policy.ts'
import type { PolicyBlock } from './policy-format.ts'
import { wrong } from './policy-parts.ts'
import { MUTUAL_AID } from './split-result.ts'

/** A fault inside one policy: the path below the policy and the reason in both languages. */
export interface BlockFault {
  readonly path: string
  readonly reason: string
}

/**
 * Everything the form of a policy cannot say: that its parts refer to each other correctly. `sources` is null when the
 * declared ones are not known, because a file could not be read.
 */
export function checkPolicy(
  policy: PolicyBlock,
  context: { pool: string; sources: ReadonlySet<string> | null },
): BlockFault[] {
  const faults: BlockFault[] = []
  const report = (path: string, zh: string, en: string) => void faults.push({ path, reason: wrong(zh, en) })
  if (!policy.id.startsWith(`${context.pool}-`)) report('id', '应以统筹区代码开头', 'must begin with the pool code')
  policy.payers.forEach((payer, i) => {
    const path = `payers[${i}]`
    const earlier = policy.payers.slice(0, i)
    if (earlier.some((one) => one.id === payer.id)) report(`${path}.id`, '重复', 'occurs twice')
    if (payer.id === MUTUAL_AID) report(`${path}.id`, '平台保留的标识', 'is a name the platform keeps for itself')
    if (payer.kind === 'FUND') {
      checkBase(payer.base, earlier, `${path}.base`, report)
      checkCaps(payer, path, report)
      checkCounters(payer, path, report)
    }
  })
  checkCrossArea(policy.crossArea, policy.payers, report)
  for (const { path, key } of sourceKeys(policy)) {
    if (context.sources?.has(key) === false) report(path, `未声明的来源 ${key}`, `names the undeclared source ${key}`)
  }
  return faults
}

type Report = (path: string, zh: string, en: string) => void

function checkBase(base: Base, earlier: readonly Payer[], path: string, report: Report): void {
  if (base.kind === 'REMAINING') return
  const named = base.kind === 'EXCESS' ? [base.payer] : base.payers
  for (const id of named) {
    const payer = earlier.find((one) => one.id === id)
    if (payer === undefined || payer.kind !== 'FUND')
      report(path, `${id} 不是在前的基金支付方`, `${id} is no fund payer that stands before`)
    else if (base.kind === 'EXCESS' && payer.caps.length === 0)
      report(path, `${id} 没有封顶，不会有超出部分`, `${id} has no cap, so nothing can exceed it`)
  }
}

function checkCaps(payer: FundPayer, path: string, report: Report): void {
  const atBandEnd = payer.caps.some((cap) => cap.unit === 'BAND_END')
  checkEnds(payer.bands.table, atBandEnd, `${path}.bands.table`, report)
}

/** A last band with an end caps, and that must be said: otherwise the part beyond it would silently be nobody's. */
function checkEnds(table: Choice<readonly Band[]>, atBandEnd: boolean, path: string, report: Report): void {
  table.forEach(({ value }, i) => {
    const open = value.at(-1)?.to === null
    const where = table.length === 1 ? path : `${path}[${i}]`
    if (atBandEnd && open) report(where, '末档封顶（BAND_END）须有上限', 'needs an end of the last band for BAND_END')
    if (!atBandEnd && !open) report(where, '末档有上限须声明 BAND_END', 'ends in its last band without a BAND_END cap')
  })
}

function checkCounters(payer: FundPayer, path: string, report: Report): void {
  const names = [payer.deductible, payer.bands, ...payer.caps].flatMap((stage) => stage?.counter ?? [])
  if (new Set(names).size < names.length)
    report(path, '同一支付方的各环节须用不同的 counter', 'uses one counter for two of its stages')
}

function checkCrossArea(rules: readonly CrossArea[], payers: readonly Payer[], report: Report): void {
  rules.forEach((rule, i) => {
    const path = `crossArea[${i}]`
    const named =
      rule.model === 'POINTS' ? rule.payers : rule.model === 'OWN_TABLE' ? rule.tables.map((one) => one.payer) : []
    for (const id of named) {
      if (!payers.some((one) => one.id === id && one.kind === 'FUND'))
        report(path, `${id} 不是本政策的基金支付方`, `${id} is no fund payer of this policy`)
    }
    if (rule.model !== 'OWN_TABLE') return
    rule.tables.forEach((own, j) => {
      const payer = payers.find((one) => one.id === own.payer)
      if (payer === undefined || payer.kind !== 'FUND') return
      if (own.deductible !== null && payer.deductible === null)
        report(
          `${path}.tables[${j}].deductible`,
          `${own.payer} 没有起付线`,
          `${own.payer} has no deductible to replace`,
        )
      if (own.table !== null)
        checkEnds(
          own.table,
          payer.caps.some((cap) => cap.unit === 'BAND_END'),
          `${path}.tables[${j}].table`,
          report,
        )
    })
  })
}

function sourceKeys(policy: PolicyBlock): { path: string; key: string }[] {
  const payers = policy.payers.flatMap((payer, i) => [
    { path: `payers[${i}].source`, key: payer.source },
    ...(payer.kind === 'ACCOUNT' ? [] : stageSources(payer, `payers[${i}]`)),
  ])
  return [...payers, ...policy.crossArea.map((rule, i) => ({ path: `crossArea[${i}].source`, key: rule.source }))]
}

function stageSources(payer: FundPayer, path: string): { path: string; key: string }[] {
  return [
    ...(payer.deductible === null ? [] : [{ path: `${path}.deductible.source`, key: payer.deductible.source }]),
    { path: `${path}.bands.source`, key: payer.bands.source },
    ...payer.caps.map((cap, i) => ({ path: `${path}.caps[${i}].source`, key: cap.source })),
  ]
}

const over = ({ scope, perDisease }: Pick<Cap, 'perDisease'> & { scope: Scope }) =>
  `${scope}${perDisease ? ' per disease' : ''}`

/** What a counter counts: policies that share its name must mean the same by it. */
export function counterMeanings(policy: PolicyBlock): { path: string; name: string; meaning: string }[] {
  const found: { path: string; name: string; meaning: string }[] = []
  policy.payers.forEach((payer, i) => {
    if (payer.kind === 'ACCOUNT') return
    const add = (path: string, name: string | null, meaning: string) => {
      if (name !== null) found.push({ path: `payers[${i}].${path}.counter`, name, meaning })
    }
    const { deductible, bands, caps } = payer
    if (deductible !== null) add('deductible', deductible.counter, `deductible ${over(deductible)}`)
    add('bands', bands.counter, `position ${bands.position} ${over(bands)}`)
    caps.forEach((cap, j) => add(`caps[${j}]`, cap.counter, `cap ${cap.unit} ${over(cap)}`))
  })
  return found
}

/** To whom, what and when a policy applies, made ready for being compared with many others: lists stand in order. */
export interface Reach {
  readonly insuranceTypes: readonly string[]
  readonly personTypes: readonly string[]
  readonly careTypes: readonly string[]
  readonly from: string
  readonly to: string | null
}

export const reachOf = (policy: PolicyBlock): Reach => ({
  insuranceTypes: policy.insuranceTypes.toSorted(),
  personTypes: policy.personTypes.toSorted(),
  careTypes: policy.careTypes.toSorted(),
  from: policy.from.toString(),
  to: policy.to?.toString() ?? null,
})

/** Whether two policies of a pool could both apply to one bill. */
export const overlap = (a: Reach, b: Reach): boolean =>
  !(a.to !== null && a.to < b.from) &&
  !(b.to !== null && b.to < a.from) &&
  prefixesMeet(a.insuranceTypes, b.insuranceTypes) &&
  prefixesMeet(a.personTypes, b.personTypes) &&
  prefixesMeet(a.careTypes, b.careTypes)

/**
 * Whether a code could begin with a prefix of both lists. In order, whatever a prefix begins stands directly behind it:
 * the smaller of two that do not meet meets nothing that follows in the other list.
 */
function prefixesMeet(some: readonly string[], others: readonly string[]): boolean {
  let [i, j] = [0, 0]
  for (;;) {
    const [one, other] = [some[i], others[j]]
    if (one === undefined || other === undefined) return false
    if (one < other) {
      if (other.startsWith(one)) return true
      i += 1
    } else {
      if (one.startsWith(other)) return true
      j += 1
    }
  }
}
