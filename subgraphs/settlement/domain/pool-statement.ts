import { dayOf } from '@yibao/schema/dates'
import { formatYuan, type Fen } from '@yibao/schema/money'
import { NotAllowed, NotFound } from '@yibao/schema/rejection'
import { endOfMonth, MONTH } from './clearing.ts'
import { monthNotOver } from './clearing-refusals.ts'
import { Fields, POOL, type Maybe } from './fields.ts'

export const POOL_STATEMENT_STATES = ['DECLARED', 'CONFIRMED', 'PAID', 'RECEIVED', 'DISPUTED', 'WITHDRAWN'] as const
export type PoolStatementState = (typeof POOL_STATEMENT_STATES)[number]

/** States in which it is not paid yet. */
export const UNPAID_STATES = ['DECLARED', 'CONFIRMED', 'DISPUTED'] as const satisfies readonly PoolStatementState[]

/** What the debtor owes the creditor for persons it insures who were treated there. */
export interface PoolStatement {
  readonly id: string
  readonly creditor: string
  readonly debtor: string
  readonly insuranceType: string
  readonly month: string
  readonly state: PoolStatementState
  readonly statements: number
  readonly settlements: number
  readonly reversals: number
  readonly fund: Fen
  readonly account: Fen
  readonly deducted: Fen
  readonly difference: Fen
  /** Fund part + account part − deductions + difference: what hospitals get and what is kept back of it. */
  readonly amount: Fen
  readonly declaredOn: Temporal.PlainDate
  readonly dueOn: Temporal.PlainDate
  /** Holidays on the way are not published yet. */
  readonly dueProvisional: boolean
  readonly bankReference: string | null
  readonly paidOn: Temporal.PlainDate | null
}

/** Who took a statement to a state, when, and in what words. */
export interface PoolStatementStep {
  readonly poolStatementId: string
  readonly number: number
  readonly creditor: string
  readonly debtor: string
  readonly state: PoolStatementState
  readonly caller: string
  readonly at: Temporal.Instant
  readonly words: string | null
  /** The monthly statements a dispute is about. */
  readonly disputed: readonly string[]
}

interface Declaring {
  readonly debtor: string
  readonly month: string
}

/** Reads which pool is told what it owes up to which month. Throws InvalidInput, NotAllowed while it is not over. */
export function readPoolDeclaration(input: Declaring, now: Temporal.Instant): Declaring {
  const fields = new Fields()
  const debtor = fields.text('debtor', input.debtor, { max: 6, ...POOL }) ?? ''
  const month = fields.text('month', input.month, { max: 7, ...MONTH }) ?? ''
  fields.check()
  if (Temporal.PlainDate.compare(dayOf(now), endOfMonth(month)) < 0) throw monthNotOver(month)
  return { debtor, month }
}

/** Reads by which transfer the debtor has paid. Throws InvalidInput. */
export function readPoolPayment(
  input: { readonly bankReference: string; readonly paidOn: string },
  { declaredOn }: Pick<PoolStatement, 'declaredOn'>,
  now: Temporal.Instant,
): { readonly bankReference: string; readonly paidOn: Temporal.PlainDate } {
  const fields = new Fields()
  const bankReference = fields.text('bankReference', input.bankReference, { max: 64, ascii: true }) ?? ''
  const paidOn = Temporal.PlainDate.from(input.paidOn)
  const isWithin = [declaredOn, paidOn, dayOf(now)].every((day, i, all) => {
    const next = all[i + 1]
    return next === undefined || Temporal.PlainDate.compare(day, next) <= 0
  })
  if (!isWithin)
    fields.fault('paidOn', 'RANGE', {
      zh: '应在申报日至今日之间',
      en: 'must lie between the declaration and today',
    })
  fields.check()
  return { bankReference, paidOn }
}

/** Reads what has come in. Throws InvalidInput. */
export function readAmount(amount: string): Fen | null {
  const fields = new Fields()
  const read = fields.money('amount', amount)
  fields.check()
  return read
}

/** Reads another pool's code that a list or a question names. */
export const readPool = (fields: Fields, name: string, pool: Maybe<string>): string | null =>
  fields.optional(name, pool, { max: 6, ...POOL })

const refusal = (code: string, path: string, zh: string, en: string): NotAllowed =>
  NotAllowed.at(path, code, { zh, en })

export const noPoolStatement = (): NotFound =>
  NotFound.of({ zh: '该统筹区间清算单', en: 'the statement between pools' }, 'statement')

export const nothingToDeclareToPool = (): NotAllowed =>
  refusal(
    'NOTHING_TO_DECLARE',
    'month',
    '没有已确认、未申报的异地清算申请',
    'there is no confirmed statement of that pool that was not declared',
  )

export const lessThanNothing = (amount: Fen): NotAllowed =>
  refusal(
    'NOTHING_LEFT_TO_PAY',
    'month',
    `合计 ${formatYuan(amount)} 元，待后续冲抵`,
    `comes to ${formatYuan(amount)}, less than nothing; it is set off against what follows`,
  )

export const wrongPoolState = (state: PoolStatementState): NotAllowed =>
  refusal('WRONG_STATE', 'statement', `清算单处于 ${state}，不能办理`, `it is ${state}; this is not its next step`)

export const notInPoolStatement = (): NotAllowed =>
  refusal('NOT_IN_STATEMENT', 'statements', '有不在该清算单中的申请', 'names statements that do not stand in it')

export const otherAmount = (amount: Fen): NotAllowed =>
  refusal(
    'OTHER_AMOUNT',
    'amount',
    `应收 ${formatYuan(amount)} 元，与到账金额不符`,
    `${formatYuan(amount)} is owed, which is not what has come in`,
  )
