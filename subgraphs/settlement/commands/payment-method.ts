import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { portion } from '@yibao/schema/money'
import { NotAllowed, NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { differenceEntries } from '../domain/clearing-ledger.ts'
import { differenceTooLarge, monthNotOver, noAgreement, ownFundsOnly, paperUsed } from '../domain/clearing-refusals.ts'
import { isOver } from '../domain/clearing.ts'
import type { MethodDifference } from '../domain/monthly-statement.ts'
import { isAboveLimit, readDifferences, type DifferenceInput, type ReadDifference } from '../domain/payment-method.ts'
import { hasAgreement, isDesignated } from '../store/clearing-agencies.ts'
import { postClearing } from '../store/clearing-posting.ts'
import { holdOpenStatement, reckonStatement } from '../store/monthly-statement.ts'
import { addDifference, findCorrected, findKnown, findTurnover } from '../store/payment-method.ts'
import { usePaper } from './clearing-paper.ts'
import { staffOf } from './monthly-statement.ts'

/**
 * Imports what a payment method makes more or less of months, as papers of the pool say: all entries or none. Each
 * counts in the statement of its month that is open, or in the next one. Answers their ids.
 */
export async function importDifferences(
  context: Context,
  requestId: string,
  entries: readonly DifferenceInput[],
): Promise<readonly string[]> {
  const identity = staffOf(context)
  const { pool } = identity
  const now = context.now()
  const request = { identity, requestId, operation: 'importPaymentMethodDifferences', input: { entries }, now }
  const { ids } = await once(context.db, request, async (tx) => {
    const made: string[] = []
    for (const [i, read] of readDifferences(entries, context.clearing).entries()) {
      const path = `entries[${i}]`
      if ((entries[i]?.insuredPool ?? pool) !== pool) throw ownFundsOnly(`${path}.insuredPool`)
      if (!isOver(read.month, now)) throw monthNotOver(read.month, `${path}.month`)
      const checked = { pool, read, path }
      await expectAgreement(tx, checked)
      await expectNew(tx, checked)
      const statement = await holdOpenStatement(tx, { ...read, pool, insuredPool: pool }, read.month, read.month)
      await expectPlausible(tx, context, checked)
      const id = context.newId(now)
      const { institution } = read
      const paper = { path: `entries[${i}].document`, by: `difference:${id}`, at: now, pool, institution, isOwn: false }
      const one: MethodDifference = {
        ...read,
        document: await usePaper(tx, read.document, paper),
        id,
        pool,
        insuredPool: pool,
        statementId: statement?.id ?? null,
        importedBy: callerOf(identity),
        at: now,
      }
      await addDifference(tx, one)
      await post(tx, context, one)
      if (statement !== null) await reckonStatement(tx, statement)
      made.push(one.id)
    }
    return { ids: made }
  })
  return ids
}

interface Checked {
  readonly pool: string
  readonly read: ReadDifference
  readonly path: string
}

/** An institution is paid by the bureau it had an agreement with. */
async function expectAgreement(tx: Tx, { pool, read: { institution, month }, path }: Checked): Promise<void> {
  if (!(await isDesignated(tx, institution)))
    throw NotFound.of({ zh: '该定点医药机构', en: 'the institution' }, `${path}.institution`)
  if (!(await hasAgreement(tx, institution, pool, month))) throw noAgreement(month, `${path}.institution`)
}

/** The differences of a month stay within a part of what was settled in it. */
async function expectPlausible(tx: Tx, { clearing }: Context, { pool, read, path }: Checked): Promise<void> {
  const turnover = await findTurnover(tx, pool, read)
  if (isAboveLimit(turnover, read.amount, clearing.differenceLimit))
    throw differenceTooLarge(portion(turnover.fund, clearing.differenceLimit), `${path}.amount`)
}

/** A month has one entry of a method; whatever changes it later corrects the entry before it. */
async function expectNew(tx: Tx, { pool, read, path }: Checked): Promise<void> {
  const { first, ofPaper } = await findKnown(tx, pool, read)
  if (read.corrects === null) {
    if (first === null) return
    throw NotAllowed.at(path, 'DIFFERENCE_KNOWN', {
      zh: '该月该支付方式已导入差额，更正请填 corrects',
      en: 'the month has a difference of this method; name it in `corrects` to correct it',
    })
  }
  const found = uuidFault(read.corrects) === null ? await findCorrected(tx, read.corrects) : null
  const isSame =
    found !== null &&
    found.entry.pool === pool &&
    found.entry.insuredPool === pool &&
    (['institution', 'month', 'insuranceType', 'clearingType', 'method'] as const).every(
      (name) => found.entry[name] === read[name],
    )
  if (!isSame) throw NotFound.of({ zh: '被更正的差额', en: 'the difference to be corrected' }, `${path}.corrects`)
  if (found.corrected)
    throw NotAllowed.at(`${path}.corrects`, 'CORRECTED_ALREADY', {
      zh: '该差额已有更正，请更正最后一条',
      en: 'was corrected already; correct the latest entry',
    })
  if (ofPaper !== null) throw paperUsed(`${path}.sourceNumber`)
}

function post(tx: Tx, context: Context, one: MethodDifference): Promise<void> {
  const { id, insuredPool: pool, institution, amount, insuranceType, at } = one
  const fund = `fund:${pool}:${insuranceType}:${context.clearing.basicFundOf(insuranceType)}`
  const posting = { groupId: context.newId(at), kind: 'DIFFERENCE' as const, source: id, pool, institution, amount, at }
  return postClearing(tx, posting, differenceEntries(one, amount, fund))
}
