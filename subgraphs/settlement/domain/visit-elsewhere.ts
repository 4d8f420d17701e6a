import { Busy, NotAllowed } from '@yibao/schema/rejection'
import type { ToldBill } from './away.ts'
import type { OpenedVisit } from './opened-visit.ts'
import { LINES_MAX } from './read-lines.ts'
import { inTermsOfVisit } from './settle-visit.ts'
import type { SettleVisitInput, Visit } from './visit.ts'
import { identifiedBefore } from './visit-refusals.ts'

const refuse = (path: string, zh: string, en: string): NotAllowed =>
  NotAllowed.at(path, 'NOT_ACROSS_PROVINCES', { zh, en })

/** What of a visit only the platform of the insurance could know, or would count as an admission of its own. */
export function refuseAcross({ joins, transferredFrom }: Pick<Visit, 'joins' | 'transferredFrom'>): void {
  if (joins !== null)
    throw refuse(
      'joins',
      '跨省就诊不能并入急诊留观；请将留观单独结算',
      'an observation does not join a stay across provinces; settle it by itself',
    )
  if (transferredFrom !== null)
    throw refuse(
      'transferredFrom',
      '跨省就诊不能按转院连续计算',
      'a stay across provinces does not go on from one at another hospital',
    )
}

/** Parts of a stay would each be an admission, with a deductible of its own, where the person is insured. */
export function refuseParts({ until }: Pick<SettleVisitInput, 'until'>): void {
  if (until === null || until === undefined || until === '') return
  throw refuse(
    'until',
    '跨省住院不能中途结算；请在出院后整笔结算',
    'a stay across provinces is not settled in parts; settle it whole after the discharge',
  )
}

/** Whose the visit is was not asked of the platform of the insurance yet. */
export function requirePerson({ insuredId }: Pick<Visit, 'insuredId'>): void {
  if (insuredId !== null) return
  throw NotAllowed.at('visit', 'VISIT_NOT_IDENTIFIED', {
    zh: '跨省就诊尚未核验凭证；请先补凭证（identifyVisit）',
    en: 'nobody has shown a credential for the visit yet; identify it first (identifyVisit)',
  })
}

/** More than one message between provinces holds. */
export function refuseLong(lines: readonly unknown[]): void {
  if (lines.length <= LINES_MAX) return
  throw refuse(
    'visit.lines',
    `跨省一次最多结算 ${LINES_MAX} 条明细`,
    `at most ${LINES_MAX} lines are settled at once across provinces`,
  )
}

/** While its bill is with the platform of the insurance a visit stays as it was said there. */
export const visitUnderWay = (): Busy =>
  Busy.of({
    zh: '该就诊的账单正向参保地结算，尚无结果；请稍后原样重试',
    en: 'the bill of the visit is being settled with the platform of the insurance; send the same request again in a moment',
  })

/** A refusal of a bill that was made of a visit, in the words of whoever settles the visit. */
export const inTermsOf = (
  refusal: unknown,
  { opened, lines }: { readonly opened?: unknown; readonly lines: readonly { readonly serial: string }[] },
): unknown => (opened === undefined || opened === null ? refusal : inTermsOfVisit(refusal, lines))

/** Whether home says that a bill made of a visit is another person's. */
export const isOfAnother = (
  opened: Pick<OpenedVisit, 'insuredId'> | null | undefined,
  told: Pick<ToldBill, 'insuredId' | 'mergedFrom'>,
): boolean =>
  opened !== null && opened !== undefined && (opened.insuredId === null || !recordsOf(told).includes(opened.insuredId))

/** The ids a person of another province may be known by here. */
export const recordsOf = ({ insuredId, mergedFrom }: Pick<ToldBill, 'insuredId' | 'mergedFrom'>): readonly string[] => [
  insuredId,
  ...mergedFrom,
]

/** @throws NotAllowed when home says that a visit is another person's */
export function checkPerson(opened: OpenedVisit | undefined, told: Pick<ToldBill, 'insuredId' | 'mergedFrom'>): void {
  if (isOfAnother(opened, told)) throw identifiedBefore()
}
