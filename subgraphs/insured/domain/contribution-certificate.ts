import { dayOf } from '@yibao/schema/dates'
import { formatYuan, sum } from '@yibao/schema/money'
import type { Problem } from '@yibao/schema/rejection'
import { owed, readPeriod, type Bill } from './contribution.ts'
import { maskName } from './mutual-aid.ts'

/** A line of a certificate: what was paid for an insurance and a period. */
export interface CertifiedPeriod {
  readonly period: string
  readonly insuranceType: string
  readonly pool: string
  readonly kind: string
  readonly base: string | null
  readonly employerShare: string
  readonly personShare: string
  readonly governmentShare: string
  readonly amount: string
  readonly paidAt: string
}

/** What a certificate says, as it is hashed: of the name no more than its mask. */
export interface CertificateContent {
  readonly version: 1
  readonly id: string
  readonly nameMasked: string
  readonly from: string
  readonly to: string
  readonly periods: readonly CertifiedPeriod[]
  readonly total: string
  readonly issuedAt: string
}

export interface Certificate {
  readonly id: string
  readonly insuredId: string
  readonly content: CertificateContent
  readonly contentHash: Buffer
  readonly issuedAt: Temporal.Instant
}

/** A certificate that is checked: what the paper says, and whether that was corrected since. */
export interface CheckedCertificate extends Certificate {
  /** The last day on which one of its periods was corrected after it was issued; null when none was. */
  readonly correctedOn: Temporal.PlainDate | null
}

/** The last day on which a period of a certificate was corrected, of all corrections since it was issued. */
export function correctedOn({ periods }: CertificateContent, since: readonly Bill[]): Temporal.PlainDate | null {
  const certified = new Set(periods.map(placeOf))
  const days = since.filter((one) => certified.has(placeOf(one))).map((one) => dayOf(one.paidAt ?? one.madeAt))
  return days.toSorted((a, b) => Temporal.PlainDate.compare(a, b)).at(-1) ?? null
}

const placeOf = ({ period, insuranceType, pool }: Pick<Bill, 'period' | 'insuranceType' | 'pool'>): string =>
  `${period} ${insuranceType} ${pool}`

/** A certificate holds as many years as somebody works. */
const YEARS_MAX = 50

/** Reports what is wrong with the months a certificate is for. */
export function checkMonths({ from, to }: { readonly from: string; readonly to: string }, problems: Problem[]): void {
  const [begin, end] = [readPeriod(from), readPeriod(to)]
  for (const [path, one] of [
    ['from', begin],
    ['to', end],
  ] as const) {
    if (one?.kind === 'MONTH') continue
    problems.push({ path, code: 'PERIOD_FORM', message: { zh: '应为年月 yyyy-MM', en: 'must be a month yyyy-MM' } })
  }
  if (begin === null || end === null) return
  const order = Temporal.PlainDate.compare(begin.begin, end.begin)
  if (order > 0 || Temporal.PlainDate.compare(begin.begin.add({ years: YEARS_MAX }), end.begin) < 0) {
    const message = { zh: `起止颠倒或超过 ${YEARS_MAX} 年`, en: `runs backwards or is longer than ${YEARS_MAX} years` }
    problems.push({ path: 'to', code: 'PERIOD_REVERSED', message })
  }
}

interface About {
  readonly id: string
  readonly name: string
  readonly from: string
  readonly to: string
  readonly issuedAt: Temporal.Instant
}

/** Writes a certificate of paid bills; corrections are lines of their own. */
export function certify({ name, issuedAt, ...about }: About, bills: readonly Bill[]): CertificateContent {
  const periods = bills
    .filter((one) => one.kind !== 'RETIRED')
    .map((one) => ({
      period: one.period,
      insuranceType: one.insuranceType,
      pool: one.pool,
      kind: one.kind,
      base: one.base === null ? null : formatYuan(one.base),
      employerShare: formatYuan(one.employerShare),
      personShare: formatYuan(one.personShare),
      governmentShare: formatYuan(one.governmentShare),
      amount: formatYuan(owed(one)),
      paidAt: one.paidAt?.toString() ?? '',
    }))
  const total = formatYuan(sum(bills.filter((one) => one.kind !== 'RETIRED').map(owed)))
  return { version: 1, ...about, nameMasked: maskName(name), periods, total, issuedAt: issuedAt.toString() }
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** A certificate as a page to print, with the code anybody can check it by. */
export function pageOf(
  content: CertificateContent,
  { name, code }: { readonly name: string; readonly code: string },
): string {
  const rows = content.periods.map((one) =>
    [
      one.period,
      one.insuranceType,
      one.pool,
      one.base ?? '—',
      one.employerShare,
      one.personShare,
      one.amount,
      one.paidAt.slice(0, 10),
    ]
      .map((cell) => `<td>${escaped(cell)}</td>`)
      .join(''),
  )
  const heads = [
    '费款所属期 period',
    '险种 insurance',
    '统筹区 pool',
    '基数 base',
    '单位 employer',
    '个人 person',
    '合计 amount',
    '到账 paid',
  ]
  return `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>基本医疗保险缴费证明</title>
<style>body{font-family:serif;margin:2cm}table{border-collapse:collapse;width:100%}td,th{border:1px solid #000;padding:2px 6px;text-align:right}</style>
</head><body>
<h1>基本医疗保险缴费证明 Certificate of contributions</h1>
<p>姓名 name：${escaped(name)}　期间 period：${escaped(content.from)} – ${escaped(content.to)}　出具 issued：${escaped(content.issuedAt)}</p>
<table><thead><tr>${heads.map((head) => `<th>${head}</th>`).join('')}</tr></thead>
<tbody>${rows.map((row) => `<tr>${row}</tr>`).join('\n')}</tbody></table>
<p>合计 total：${escaped(content.total)} 元</p>
<p>验证码 verification code：<strong>${escaped(code)}</strong>（verifyContributionCertificate）</p>
</body></html>
`
}
