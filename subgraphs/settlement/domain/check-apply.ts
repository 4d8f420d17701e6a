import { NotAllowed, type Problem } from '@yibao/schema/rejection'
import type { Bill } from './bill.ts'
import type { Finding, FindingMark } from './check-finding.ts'
import type { CheckKind, CheckRule } from './check-rule.ts'
import type { ResolvedBill } from './resolve-bill.ts'
import type { SplitInput } from './split-input.ts'

/** Faults beyond this many are not listed. */
const PROBLEMS_MAX = 100

/** The bill as the findings leave it: what they deny is in the input of the split, with the rules that denied it. */
export function applyFindings(resolved: ResolvedBill, findings: readonly Finding[]): ResolvedBill {
  return findings.length === 0 ? resolved : { ...resolved, input: degraded(resolved.input, findings), findings }
}

function degraded(input: SplitInput, findings: readonly Finding[]): SplitInput {
  const denied = deniedBy(findings)
  return {
    ...input,
    ...(denied.size > 0 && {
      // A refund goes the way of its charge.
      lines: input.lines.map((line) => (denied.has(line.refundOf ?? line.serial) ? { ...line, denied: true } : line)),
    }),
    ...(findings.some(({ action }) => action === 'DEGRADE_BILL') && { noFund: true }),
    findings: marksOf(findings),
  }
}

const marksOf = (findings: readonly Finding[]): FindingMark[] =>
  findings.map(({ rule, version, action, lines }) => ({ rule, version, action, lines }))

/** Serials of the charges no fund pays. */
const deniedBy = (findings: readonly Finding[]): ReadonlySet<string> =>
  new Set(findings.flatMap(({ action, lines }) => (action === 'DEGRADE_LINE' ? lines : [])))

const keyOf = ({ rule, version, action, lines }: FindingMark): string => JSON.stringify([rule, version, action, lines])

/** Whether what was found and what was split say the same: which rules at which versions, and what they denied. */
export function agreesWith(input: SplitInput, findings: readonly Finding[]): boolean {
  const denied = deniedBy(findings)
  return (
    marksOf(findings).map(keyOf).join(' ') === (input.findings ?? []).map(keyOf).join(' ') &&
    input.lines.every((line) => denied.has(line.refundOf ?? line.serial) === (line.denied === true)) &&
    findings.some(({ action }) => action === 'DEGRADE_BILL') === (input.noFund === true)
  )
}

/** Throws the refusal when a rule refuses the bill, with one problem for each line of each such finding. */
export function refuseFindings(
  findings: readonly Finding[],
  { lines }: Pick<Bill, 'lines'>,
  rules: readonly CheckRule[],
): void {
  const refusing = findings.filter(({ action }) => action === 'REFUSE')
  if (refusing.length === 0) return
  const places = new Map(lines.map(({ serial }, i) => [serial, i]))
  const problems = refusing.flatMap((finding) => {
    const message = { zh: `${finding.name.zh}：${finding.text.zh}`, en: `${finding.name.en}: ${finding.text.en}` }
    const paths = finding.lines.map((serial) => `lines[${places.get(serial) ?? 0}].code`)
    const own = paths.length > 0 ? paths : [pathOf(rules.find(({ id }) => id === finding.rule)?.test.kind)]
    return own.map((path): Problem => ({ path, code: finding.rule, message }))
  })
  const names = [...new Map(refusing.map(({ rule, name }) => [rule, name])).values()]
  throw NotAllowed.of({
    code: 'CHECK_REFUSED',
    text: {
      zh: `审核规则不允许结算：${names.map(({ zh }) => zh).join('；')}`,
      en: `a rule of the audit does not let this bill be settled: ${names.map(({ en }) => en).join('; ')}`,
    },
    problems: problems.slice(0, PROBLEMS_MAX),
  })
}

/** The field a finding about the whole bill points at. */
function pathOf(kind: CheckKind | undefined): string {
  if (kind === 'DIAGNOSES') return 'diagnoses'
  return kind === 'OTHER_VISIT' ? 'begin' : 'credential'
}
