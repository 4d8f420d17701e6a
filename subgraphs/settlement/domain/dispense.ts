import { quantityOf, type Quantity } from '@yibao/schema/money'
import { NotAllowed, type Problem, type Text } from '@yibao/schema/rejection'
import type { Bill, BillLine } from './bill.ts'
import type { Policy } from './policy.ts'
import { paysByPrescriber } from './prescriber-level.ts'
import { isExpired } from './prescription.ts'
import { refusedAt } from './refusals.ts'
import { parseSettlementNumber } from './settlement-id.ts'
import type { Level } from './split-input.ts'

/** What a bill needs to know of a prescription it names; only the person's own ones are among the facts. */
export interface PrescriptionFacts {
  readonly id: string
  readonly validUntil: Temporal.Instant
  readonly revoked: boolean
  /** What the pharmacist of the dispensing institution said last. */
  readonly review: 'APPROVED' | 'REJECTED' | null
  /** Level of the hospital that issued it, on the day it did. */
  readonly level: Level | null
  readonly items: readonly {
    readonly number: number
    readonly code: string
    readonly quantity: Quantity
    readonly dispensed: Quantity
  }[]
}

/** What a line of the bill takes off a prescription. */
export interface Dispensed {
  /** Number of the line, from 1. */
  readonly line: number
  readonly prescriptionId: string
  readonly item: number
  /** Negative on a refund line. */
  readonly quantity: Quantity
}

/** The platform's number of a prescription (`hi_rxno`) has the form of a settlement's; null for what is none. */
export const prescriptionIdOf = (number: string): string | null => parseSettlementNumber(number)

/** The ids of the prescriptions a bill names. */
export const prescriptionIdsOf = (lines: readonly Pick<BillLine, 'ePrescription'>[]): string[] => {
  const numbers = lines.flatMap(({ ePrescription }) => ePrescription ?? [])
  return [...new Set(numbers.flatMap((number) => prescriptionIdOf(number) ?? []))]
}

type Named = Pick<BillLine, 'code' | 'quantity' | 'time' | 'refundOf' | 'ePrescription'>
type Fault = readonly [code: string, message: Text]

/**
 * What the lines of a bill dispense of which prescriptions: each of an item of the same drug that is valid, reviewed and
 * has as much left, earlier lines of the bill taken off. Throws NotAllowed that names every line at fault.
 */
export function dispensedBy(
  { lines }: { readonly lines: readonly Named[] },
  prescriptions: readonly PrescriptionFacts[],
): Dispensed[] {
  const left = new Map<string, bigint>()
  const problems: Problem[] = []
  const dispensed = lines.flatMap((line, i): Dispensed[] => {
    if (line.ePrescription === null || line.ePrescription === undefined) return []
    const id = prescriptionIdOf(line.ePrescription)
    const found = prescriptions.find((one) => one.id === id)
    const item = found?.items.find((one) => one.code === line.code)
    const key = `${found?.id} ${item?.number}`
    const before = left.get(key) ?? (item === undefined ? 0n : item.quantity - item.dispensed)
    const fault = line.refundOf === null ? faultOf(line, found, item === undefined ? null : before) : null
    if (fault !== null) problems.push({ path: `lines[${i}].ePrescription`, code: fault[0], message: fault[1] })
    left.set(key, before - line.quantity)
    if (found === undefined || item === undefined) return []
    return [{ line: i + 1, prescriptionId: found.id, item: item.number, quantity: quantityOf(line.quantity) }]
  })
  const [first] = problems
  if (first === undefined) return dispensed
  throw NotAllowed.of({ code: first.code, text: first.message, problems: problems.slice(0, 100) })
}

/** Why a line may not be dispensed; `left` is null when the prescription does not hold the drug. */
function faultOf(
  { time, quantity }: Named,
  prescription: PrescriptionFacts | undefined,
  left: bigint | null,
): Fault | null {
  // Another person's prescription is not among the facts, so that it looks like none.
  if (prescription === undefined)
    return ['PRESCRIPTION_NOT_FOUND', { zh: '未找到该处方', en: 'the prescription was not found' }]
  if (prescription.revoked) return ['PRESCRIPTION_REVOKED', { zh: '处方已撤销', en: 'the prescription was revoked' }]
  if (isExpired(prescription, time))
    return ['PRESCRIPTION_EXPIRED', { zh: '处方已过有效期', en: 'the prescription was no longer valid then' }]
  if (prescription.review !== 'APPROVED')
    return ['PRESCRIPTION_NOT_REVIEWED', NOT_REVIEWED[prescription.review ?? 'NONE']]
  if (left === null)
    return ['PRESCRIPTION_ITEM_MISMATCH', { zh: '处方中没有该药品', en: 'the prescription does not hold this drug' }]
  if (left <= 0n) return ['PRESCRIPTION_USED', { zh: '处方中该药品已全部调配', en: 'all of this drug was dispensed' }]
  if (quantity > left)
    return ['PRESCRIPTION_QUANTITY', { zh: '数量超过处方余量', en: 'is more than the prescription has left' }]
  return null
}

const NOT_REVIEWED: Readonly<Record<'NONE' | 'REJECTED', Text>> = {
  NONE: { zh: '药师尚未审核该处方', en: 'a pharmacist of this institution has to review the prescription first' },
  REJECTED: { zh: '药师审核未通过', en: 'the pharmacist of this institution rejected the prescription' },
}

/**
 * The level by whose ratio a pharmacy's bill is paid, where the pool's policy has one: that of the hospitals that
 * prescribed. Null: it is paid as a pharmacy's. Throws NotAllowed when the lines would be paid differently.
 */
export function prescriberLevel(
  bill: Pick<Bill, 'careKind' | 'lines'>,
  prescriptions: readonly PrescriptionFacts[],
  policy: Policy,
): Level | null {
  if (bill.careKind !== 'PHARMACY' || prescriptions.length === 0 || !paysByPrescriber(policy)) return null
  const levels = bill.lines.map(({ ePrescription }) => {
    const id = ePrescription === null || ePrescription === undefined ? null : prescriptionIdOf(ePrescription)
    return prescriptions.find((one) => one.id === id)?.level ?? null
  })
  const [first = null] = levels
  const others = levels.flatMap((level, i) => (level === first ? [] : [`lines[${i}].ePrescription`]))
  if (others.length === 0) return first
  throw refusedAt('MIXED_PRESCRIPTIONS', others.slice(0, 100), {
    zh: '该统筹区按处方医院级别支付：请将无处方或不同级别医院处方的药品分开结算',
    en: 'the pool pays by the level of the prescribing hospital: settle lines without a prescription, or of hospitals of another level, apart',
  })
}
