import { institutionFault } from '@yibao/schema/ids'
import { Busy, NotAllowed } from '@yibao/schema/rejection'
import type { Bill } from './bill.ts'

/**
 * Minutes for which money is kept for a bill of another province, far more than an answer ever takes. Nobody can ask for
 * more: what a platform has lost bars the person from settling the same bill for so long (decisions/029).
 */
export const KEPT_MINUTES = 10

/** A bill as it is reserved: for no longer than home keeps money, whatever the place asks for. */
export const keptBriefly = <T extends Pick<Bill, 'confirmWithin'>>(bill: T): T => ({
  ...bill,
  confirmWithin: Math.min(bill.confirmWithin ?? KEPT_MINUTES, KEPT_MINUTES),
})

/** A bill's own institution is one by its code, and lies in the province whose platform sends it. @throws NotAllowed */
export function checkProvince(province: string, { institution, pool }: { institution: string; pool: string }): void {
  const isOne = institutionFault(institution) === null
  if (isOne && institution.slice(1, 3) === province && pool.slice(0, 2) === province) return
  throw NotAllowed.at('bill.institution', 'INSTITUTION_ELSEWHERE', {
    zh: '医药机构不在发送方省份内',
    en: 'the institution lies outside of the province that sends the bill',
  })
}

/** What the place says of the lines is said of each of them. @throws NotAllowed */
export function checkLineCount(bill: number, told: number): void {
  if (bill === told) return
  throw NotAllowed.at('lines', 'LINES_DIFFER', {
    zh: '目录信息与账单明细条数不一致',
    en: 'holds another number of lines than the bill',
  })
}

/** The keys of the bill, or its visit, are held by a reservation that nobody has committed and that is over when its time is. */
export const reservedBefore = (): Busy =>
  Busy.because('chargeBatch', 'RESERVED_BEFORE', {
    zh: '该账单或同次就诊的另一账单已在参保地预占而未确认，确认或到时释放后即可；请稍后原样重试',
    en: 'the bill, or another of its visit, was reserved before and is not committed, which is decided within minutes: send the same request again then',
  })
