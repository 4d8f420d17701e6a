import { before } from '@yibao/schema/dates'
import { NotAllowed, type Text } from '@yibao/schema/rejection'
import { settlementNumber } from './settlement-id.ts'

/**
 * How many whole months of the ledger stay at the least. ASSUMED, no source names a number: within two years lie the benefit
 * year and the one after it, in which it is cleared, scored and its deposit decided, late reversals, the appeals against
 * those, and the year-end statements of accounts.
 */
export const MONTHS_KEPT = 24

/** The first month that stays: everything before it is old enough to be put away. */
export const firstKept = (today: Temporal.PlainDate): Temporal.PlainDate =>
  today.with({ day: 1 }).subtract({ months: MONTHS_KEPT })

/** The months from one up to before another. */
export function monthsBetween(from: Temporal.PlainDate, end: Temporal.PlainDate): Temporal.PlainDate[] {
  const months: Temporal.PlainDate[] = []
  for (let month = from; before(month, end); month = month.add({ months: 1 })) months.push(month)
  return months
}

/** What was posted for it was put away: it can be neither read entry by entry nor taken back. */
export const archived = (path: string): NotAllowed =>
  NotAllowed.at(path, 'ARCHIVED', {
    zh: '所在月份的总账分录已归档，平台内不再更正；请联系经办机构',
    en: 'the ledger of that month was put away, and what is in it is not changed here any more; the agency sees to it',
  })

/** A balance is told of moments from the border on. */
export const archivedMoment = (path: string, from: Temporal.PlainDate): NotAllowed =>
  NotAllowed.at(
    path,
    'ARCHIVED',
    {
      zh: `${from.toString()} 之前的总账已归档，只能查询该日起的时点`,
      en: `the ledger before ${from.toString()} was put away; ask for moments from that day on`,
    },
    { from: from.toString() },
  )

const refused = (code: string, zh: string, en: string): NotAllowed => NotAllowed.at('before', code, { zh, en })

export const tooYoung = (kept: Temporal.PlainDate): NotAllowed =>
  refused(
    'TOO_YOUNG',
    `至少保留 ${MONTHS_KEPT} 个整月，目前最多可归档至 ${kept.toPlainYearMonth().toString()} 之前：--before ${kept.toPlainYearMonth().toString()}`,
    `at least ${MONTHS_KEPT} whole months stay; what may be put away now ends before that: --before ${kept.toPlainYearMonth().toString()}`,
  )

export const archivingElsewhere = (): NotAllowed =>
  refused(
    'ARCHIVING',
    '另一进程正在归档，请等其结束',
    'another process is putting the ledger away; wait until it has ended',
  )

export const outsideItsMonth = (count: bigint): NotAllowed =>
  refused(
    'OUTSIDE_ITS_MONTH',
    `有 ${count} 条更早或本月的分录不在该月分区（在默认分区）；请由数据库管理员先移入该月分区`,
    `${count} entries of this month or an earlier one stand in the default partition; a database administrator has to move them into a partition of their month first`,
  )

export const notFolded = (count: bigint): NotAllowed =>
  refused(
    'NOT_FOLDED',
    `有 ${count} 条分录尚未汇入日合计，被仍在进行的事务阻挡；请等长事务结束后重试`,
    `${count} entries are not folded into their days yet, for some transaction has been open since; try again when it has ended`,
  )

/** What of a month still moves, how often, and one example. */
export interface InMotion {
  readonly kind: 'INSTITUTION' | 'PROVINCE' | 'CLAIM'
  readonly count: bigint
  readonly example: string
}

const MOTION: Readonly<Record<InMotion['kind'], Text>> = {
  INSTITUTION: {
    zh: '笔结算未列入已拨付的清算申请（请申报、审核并拨付，或撤销）',
    en: 'settlement(s) stand in no statement that was paid (have them declared, checked and paid, or taken back)',
  },
  PROVINCE: {
    zh: '笔跨省结算未清算付款（请与对方省完成清算）',
    en: 'bill(s) across provinces are not cleared and paid (clear that month with the other province)',
  },
  CLAIM: {
    zh: '笔零星报销未付清（请拨付或收回）',
    en: 'settlement(s) of claims are not paid out (pay them, or recover what was paid)',
  },
}

export function inMotion(found: readonly InMotion[]): NotAllowed {
  const text = (language: 'zh' | 'en') =>
    found
      .map(({ kind, count, example }) => `${count} ${MOTION[kind][language]}, ${settlementNumber(example)}`)
      .join(language === 'zh' ? '；' : '; ')
  return refused('IN_MOTION', text('zh'), text('en'))
}

/** Somebody has read the ledger all the time, which cannot be divided meanwhile. */
export const ledgerRead = (): NotAllowed =>
  refused(
    'LEDGER_READ',
    '总账一直被长事务读取（备份、核验等），未能归档；请等其结束后重试，未作任何改动',
    'some long transaction reads the ledger, a dump or a verification; try again when it has ended. Nothing was changed',
  )
