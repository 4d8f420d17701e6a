import { dayOf } from '@yibao/schema/dates'
import type { Context } from '../context.ts'
import { refusePrescriptions } from '../domain/away.ts'
import type { Bill, BillInput } from '../domain/bill.ts'
import { findItem, type FoundItem } from '../domain/catalogue.ts'
import { classifyLines } from '../domain/classify.ts'
import { checkInvoices } from '../domain/conversion.ts'
import { findAgreement, hasCapability } from '../domain/designation.ts'
import { KEPT_MINUTES } from '../domain/exchange.ts'
import type { Agreement, Facts } from '../domain/facts.ts'
import {
  AlreadySettled,
  capabilityMissing,
  refuseUnderWay,
  serialsSettled,
  thirdPartyLiable,
  unknownItems,
} from '../domain/refusals.ts'
import { checkAmounts } from '../domain/line-amounts.ts'
import { directly, orClaimed } from '../domain/not-settled-directly.ts'
import { checkOpened, isStale } from '../domain/opened-visit.ts'
import { packagesOf, refusePaid } from '../domain/trace-codes.ts'
import { billMessage, lineMessage, type BillMessage } from '../peers/exchange-message.ts'
import { findUnderWay } from '../store/away.ts'
import { readFacts } from '../store/read-facts.ts'
import { driveAway } from './away-drive.ts'
import { keyOf, type Incoming } from './settle.ts'

/** A bill of a person insured elsewhere, and the province that insures them. */
export interface Elsewhere {
  readonly bill: Bill
  readonly input: BillInput
  readonly province: string
}

/** What is said of a bill to the other platform, and what has to be known here of it. */
export interface PreparedBill {
  readonly message: BillMessage
  readonly agreement: Agreement
  readonly items: readonly FoundItem[]
}

/** The province whose platform insures the person of a bill; null for this one's own. */
export function provinceElsewhere(
  { provinces }: Pick<Context, 'provinces'>,
  { insuredPool }: Pick<Bill, 'insuredPool'>,
): string | null {
  const province = insuredPool?.slice(0, 2)
  return provinces === undefined || province === undefined || province === provinces.province ? null : province
}

/** The visit has changed since the bill was made of it, so that the bill is made again before it is judged. */
export class StaleBill extends Error {}

/**
 * Looks at a bill as the place of treatment has to: agreement, catalogue and natural keys are its own. Null
 * when the request has its answer already. Throws what is refused here; the rest is decided where the person is insured.
 */
export async function prepareAway(
  context: Context,
  incoming: Incoming,
  { bill, input }: Elsewhere,
  requestId: string | null,
): Promise<PreparedBill | null> {
  const facts = await readFacts(context.db.hot, keyOf(context, { ...bill, quote: null }, incoming, requestId))
  if (facts.request !== null) return null
  const { opened } = bill
  if (opened === undefined) checkOpened(opened, facts)
  if (isStale(bill, facts)) throw new StaleBill()
  await checkKeys(context, bill, facts)
  if (bill.trauma?.thirdParty === true) throw thirdPartyLiable()
  refusePrescriptions(bill)
  const agreement = await agreementHere(context, bill, facts)
  const { items, message } = await lookUp(context, facts, { bill, agreement })
  const { institution } = bill
  return {
    agreement,
    items,
    message: {
      bill: billMessage(input, { institution, keptMinutes: KEPT_MINUTES }),
      place: { name: agreement.name, kind: agreement.kind, level: agreement.level, pool: agreement.pool },
      lines: message,
    },
  }
}

/** What was given up of the visit is ended first, if the other platform can be reached. */
async function clearWay(context: Context, { institution, visit }: Bill, facts: Facts): Promise<void> {
  try {
    refuseUnderWay(facts)
  } catch (busy) {
    const underWay = await findUnderWay(context.db.hot, { institution, visit })
    if (underWay?.state === 'CANCELLING') await driveAway(context, underWay)
    throw busy
  }
}

/** Nothing else is settled, or under way, under the keys of the bill. */
async function checkKeys(context: Context, bill: Bill, facts: Facts): Promise<void> {
  await clearWay(context, bill, facts)
  if (facts.bill !== null) throw AlreadySettled.of(facts.bill, 'chargeBatch')
  if (facts.invoice !== null) throw AlreadySettled.of(facts.invoice, 'invoice')
  const repeated = bill.lines.flatMap(({ serial }, index) => {
    const settlementId = facts.visitSerials.get(serial)
    return settlementId === undefined ? [] : [{ index, settlementId }]
  })
  if (repeated.length > 0) throw serialsSettled(repeated)
  refusePaid(packagesOf(bill.lines), facts.paidCodes)
  checkInvoices(bill, facts)
}

/** The agreement here, which covers persons of other provinces where the pool asks for that. */
async function agreementHere(context: Context, bill: Bill, facts: Facts): Promise<Agreement> {
  const { careKind, begin, end } = bill
  const on = dayOf(end)
  const asked = { pool: '', careKind, on, at: [begin, end] }
  const agreement = directly(bill.insuredPool, () => findAgreement(facts.agreements, asked))
  const { list } = await context.policies.get(facts.policyVersion)
  const rules = list.find(({ pool }) => pool.code === agreement.pool)?.pool.rules
  if (rules === undefined) return agreement
  checkAmounts(bill, { rules })
  if (rules.capabilities.required.includes('CROSS_PROVINCE') && !hasCapability(agreement, 'CROSS_PROVINCE', on))
    throw orClaimed(capabilityMissing('CROSS_PROVINCE'), bill.insuredPool)
  return agreement
}

interface LookUp {
  readonly bill: Bill
  readonly agreement: Agreement
}

/** Each line's entry in the catalogue here, on its day, and what the line comes to by it. */
async function lookUp(context: Context, facts: Facts, { bill: { lines }, agreement }: LookUp) {
  const catalogue = await context.catalogue.get(facts.catalogueVersion)
  const charged = new Map(lines.map((line) => [line.serial, line]))
  const found = lines.map((line) => {
    const { time } = (line.refundOf === null ? undefined : charged.get(line.refundOf)) ?? line
    const day = dayOf(time).toString()
    // Whose ratio it would be is known at home only; a ratio for everybody is what a place says to others.
    return findItem(catalogue, line.code, { pool: agreement.pool, level: agreement.level, personType: '', day })
  })
  const unknown = found.flatMap((one, i) => (one === null ? [i] : []))
  if (unknown.length > 0) throw unknownItems(unknown)
  const items = found.filter((one) => one !== null)
  const parts = classifyLines(
    lines.flatMap(({ serial, price, quantity, amount, approval, refundOf }, i) => {
      const item = items[i]?.item
      if (item === undefined) return []
      return [{ serial, price, quantity, amount, approval, item, ...(refundOf !== null && { refundOf }) }]
    }),
  )
  return { items, message: items.flatMap((item, i) => (parts[i] === undefined ? [] : [lineMessage(item, parts[i])])) }
}
