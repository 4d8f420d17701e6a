import { dayOf } from '@yibao/schema/dates'
import { fenOf, formatYuan, ZERO, type Fen, type Rate } from '@yibao/schema/money'
import { NotAllowed, NotFound } from '@yibao/schema/rejection'
import { Fields } from './fields.ts'
import { PROVINCE } from './province.ts'

export const PREFUND_STATES = ['REQUESTED', 'AGREED', 'DECLINED', 'PAID', 'RECEIVED', 'DENIED'] as const
export type PrefundState = (typeof PREFUND_STATES)[number]
export const PREFUND_SIDES = ['PAYER', 'HOLDER'] as const
export type PrefundSide = (typeof PREFUND_SIDES)[number]
export const PREFUND_KINDS = ['PAYMENT', 'RETURN'] as const
/** PAYMENT: from the payer to the holder; RETURN: what is not needed, back again. */
export type PrefundKind = (typeof PREFUND_KINDS)[number]

/** Money one province pays in with another, so that what it owes is covered, or what comes back of it. */
export interface Prefund {
  readonly id: string
  readonly kind: PrefundKind
  /** The other province. */
  readonly province: string
  /** Which side stands here. */
  readonly side: PrefundSide
  /** The bureau that speaks for the province here; null until it has done something. */
  readonly pool: string | null
  readonly state: PrefundState
  readonly amount: Fen
  readonly paperNumber: string | null
  readonly bankReference: string | null
  readonly paidOn: Temporal.PlainDate | null
}

/** Who took it to a state, when, and in what words. */
export interface PrefundStep {
  readonly prefundId: string
  readonly number: number
  readonly state: PrefundState
  readonly caller: string
  readonly at: Temporal.Instant
  readonly words: string | null
}

/** Which side takes a payment to a state, and from where; null where it begins so. */
const STEPS: Readonly<
  Record<PrefundState, { readonly by: PrefundSide; readonly from: readonly (PrefundState | null)[] }>
> = {
  REQUESTED: { by: 'HOLDER', from: [null] },
  AGREED: { by: 'PAYER', from: ['REQUESTED'] },
  DECLINED: { by: 'PAYER', from: ['REQUESTED'] },
  PAID: { by: 'PAYER', from: [null, 'REQUESTED', 'AGREED'] },
  RECEIVED: { by: 'HOLDER', from: ['PAID'] },
  DENIED: { by: 'HOLDER', from: ['PAID'] },
}

export const otherSide = (side: PrefundSide): PrefundSide => (side === 'PAYER' ? 'HOLDER' : 'PAYER')

/** Which side takes it to a state: of a return the holder is the one that pays. */
export const byWhom = (kind: PrefundKind, state: PrefundState): PrefundSide =>
  kind === 'PAYMENT' ? STEPS[state].by : otherSide(STEPS[state].by)

/** What is returned is not asked for first: it begins when it is paid. */
const RETURNED: readonly PrefundState[] = ['PAID', 'RECEIVED', 'DENIED']

interface Step {
  readonly kind: PrefundKind
  readonly from: PrefundState | null
  readonly to: PrefundState
  readonly by: PrefundSide
}

/** Whether somebody of that side may take it to a state. */
export const mayBecome = ({ kind, from, to, by }: Step): boolean =>
  byWhom(kind, to) === by && STEPS[to].from.includes(from) && (kind === 'PAYMENT' || RETURNED.includes(to))

/** What may go back of what was paid in: what is not used. Throws NotAllowed for more. */
export function checkNotNeeded(amount: Fen, { held, used }: { readonly held: Fen; readonly used: Fen }): void {
  const free = fenOf(held - (used > 0n ? used : 0n))
  if (amount <= free) return
  throw refusal(
    'PREFUND_NEEDED',
    'amount',
    `可退还 ${formatYuan(free > 0n ? free : ZERO)} 元（余额 ${formatYuan(held)} 元，已用 ${formatYuan(used)} 元）`,
    `${formatYuan(free > 0n ? free : ZERO)} yuan may go back: ${formatYuan(held)} are held, ${formatYuan(used)} are used`,
  )
}

/** How far a state is: what comes to be known late is not gone back to. */
const FAR: Readonly<Record<PrefundState, number>> = {
  REQUESTED: 0,
  AGREED: 1,
  DECLINED: 1,
  PAID: 2,
  RECEIVED: 3,
  DENIED: 3,
}
export const isBeyond = (state: PrefundState, other: PrefundState): boolean => FAR[state] > FAR[other]

export const PREFUND_LEVELS = ['GREEN', 'YELLOW', 'RED'] as const
export type PrefundLevel = (typeof PREFUND_LEVELS)[number]

/** How much of a prefund is used. Where nothing was paid in there is nothing to be used up. */
export function levelOf(
  { amount, used }: { readonly amount: Fen; readonly used: Fen },
  { yellow, red }: { readonly yellow: Rate; readonly red: Rate },
): PrefundLevel {
  if (amount <= 0n) return 'GREEN'
  const share = used * 10_000n
  if (share >= amount * red) return 'RED'
  return share >= amount * yellow ? 'YELLOW' : 'GREEN'
}

const TEXT = { max: 64, ascii: true } as const
const PAPER = { max: 100 } as const

/** Reads an amount of money between provinces: more than nothing. */
export function readPositive(fields: Fields, name: string, value: string): Fen | null {
  const amount = fields.money(name, value)
  if (amount !== null && amount <= 0n)
    return fields.fault(name, 'RANGE', { zh: '须大于零', en: 'must be more than nothing' })
  return amount
}

/** Reads the other province: not the own one. */
export function readOther(fields: Fields, own: string, province: string): string {
  const read = fields.text('province', province, PROVINCE) ?? ''
  if (read === own) fields.fault('province', 'RANGE', { zh: '须为其他省份', en: 'must be another province' })
  return read
}

export interface PayInput {
  readonly province: string
  readonly amount: string
  readonly paperNumber: string
  readonly bankReference: string
  readonly paidOn: string
}

/** Reads what was paid in, by which paper and transfer. Throws InvalidInput. */
export function readPrefundPayment(input: PayInput, own: string, now: Temporal.Instant) {
  const fields = new Fields()
  const province = readOther(fields, own, input.province)
  const amount = readPositive(fields, 'amount', input.amount)
  const paperNumber = fields.words('paperNumber', input.paperNumber, PAPER) ?? ''
  const bankReference = fields.text('bankReference', input.bankReference, TEXT) ?? ''
  const paidOn = Temporal.PlainDate.from(input.paidOn)
  if (Temporal.PlainDate.compare(paidOn, dayOf(now)) > 0)
    fields.fault('paidOn', 'RANGE', { zh: '不能晚于今日', en: 'must not be later than today' })
  fields.check()
  return { province, amount: amount ?? ZERO, paperNumber, bankReference, paidOn }
}

const refusal = (code: string, path: string, zh: string, en: string): NotAllowed =>
  NotAllowed.at(path, code, { zh, en })

export const noPrefund = (): NotFound => NotFound.of({ zh: '该预付金', en: 'the prefund' }, 'prefund')

export const wrongPrefundState = (state: PrefundState): NotAllowed =>
  refusal('WRONG_STATE', 'prefund', `预付金处于 ${state}，不能办理`, `it is ${state}; this is not its next step`)

export const notTheSamePrefund = (): NotAllowed =>
  refusal('PREFUND_DIFFERS', 'prefund', '该预付金已登记，内容不同', 'is on record with another content')

export const moreThanPaid = (paid: Fen): NotAllowed =>
  refusal(
    'PREFUND_NOT_PAID',
    'amount',
    `退还金额超过已缴预付金余额 ${formatYuan(paid)} 元`,
    `returns more than the ${formatYuan(paid)} yuan that were paid in and have not gone back`,
  )

export const notTheProvince = (): NotAllowed =>
  refusal(
    'NOT_THE_PROVINCE',
    'province',
    '跨省资金由省本级经办机构（xx9900）办理',
    'money between provinces is the business of the bureau of the province itself (xx9900)',
  )

/** Said to an institution when what a province owes would exceed the hard limit of the contract with it. */
export const aboveLimit = (): NotAllowed =>
  refusal(
    'PROVINCE_LIMIT',
    'insuredPool',
    '参保省份应付款已达合同约定上限，暂不能直接结算；请全额自费，之后可转医保结算或手工报销',
    'what the province of the insurance owes has reached the limit of the contract; the bill is paid in full and converted later or claimed by hand',
  )

/** What a deduction made room for was used since: its withdrawal waits until there is room again. */
export const withdrawalAboveLimit = (
  path: string,
  { limit, taken, amount }: { readonly limit: Fen; readonly taken: Fen; readonly amount: Fen },
): NotAllowed =>
  refusal(
    'PROVINCE_LIMIT',
    path,
    `撤回 ${formatYuan(amount)} 元后，参保省份应付款将超过合同约定上限 ${formatYuan(limit)} 元（已占用 ${formatYuan(taken)} 元）；请先提高上限，或待对方清算付款后再撤回`,
    `with ${formatYuan(amount)} yuan owed again the province would owe more than the limit of the contract, ${formatYuan(limit)} yuan, of which ${formatYuan(taken)} are taken; raise the limit or have the province pay first, and withdraw it then`,
  )

/** The bureau that speaks for a province with others: that of the province itself (省本级). */
export const speakerOf = (province: string): string => `${province}9900`
export const isSpeaker = (pool: string): boolean => pool.endsWith('9900')
