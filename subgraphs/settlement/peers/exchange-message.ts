import { formatRate, formatUnitPrice, formatYuan } from '@yibao/schema/money'
import type { StoredRejection } from '@yibao/schema/rejection'
import { rate, unitPrice, uuid, yuan } from '@yibao/schema/wire'
import { z } from 'zod'
import type { BillInput } from '../domain/bill.ts'
import { CANCEL_REASONS } from '../domain/cancel-reason.ts'
import type { FoundItem } from '../domain/catalogue.ts'
import type { SettledBill } from '../domain/settlement.ts'
import type { LineSplit } from '../domain/split-result.ts'
import { AMOUNTS } from '../domain/verify.ts'

// What two provinces' platforms say to each other about a bill (decisions/023). Amounts are texts in yuan, ratios texts
// with four decimals, moments RFC 3339. What a message holds beyond this is refused: both sides are to mean the same.

const text = (max: number) => z.string().max(max)
const maybe = <T extends z.ZodType>(type: T) => type.nullish()

/** The bill as the institution sent it; what is in it is read like any bill. */
const bill = z.strictObject({
  credential: z.strictObject({ kind: text(10), value: text(256) }),
  institution: text(20),
  insuranceType: maybe(text(10)),
  operator: z.strictObject({ code: text(100), name: maybe(text(100)), terminal: text(10) }),
  visit: text(100),
  chargeBatch: text(100),
  invoice: maybe(text(100)),
  careType: text(20),
  emergency: maybe(z.boolean()),
  trauma: maybe(z.strictObject({ thirdParty: z.boolean(), promise: maybe(z.boolean()) })),
  begin: text(50),
  end: text(50),
  diagnoses: z.array(z.strictObject({ code: text(100), name: text(200), kind: maybe(text(10)) })).max(100),
  useAccount: z.boolean(),
  useMutualAid: maybe(z.boolean()),
  disease: maybe(text(100)),
  birthType: maybe(text(10)),
  /** Minutes for which the money is kept. */
  confirmWithin: z.number(),
  quote: maybe(text(100)),
  converts: maybe(z.strictObject({ invoice: text(100), paidAt: text(50), paid: text(30) })),
  transferredFrom: maybe(text(100)),
  total: text(30),
  lines: z
    .array(
      z.strictObject({
        serial: text(100),
        code: text(100),
        ownCode: text(100),
        price: text(30),
        quantity: text(30),
        amount: text(30),
        time: text(50),
        department: maybe(text(100)),
        doctor: maybe(text(100)),
        prescription: maybe(text(100)),
        days: maybe(z.number()),
        approval: maybe(text(20)),
        takeHome: maybe(z.boolean()),
        traceCodes: maybe(z.array(text(100)).max(100)),
        refundOf: maybe(text(100)),
      }),
    )
    .max(2000),
})

/** What the catalogue of the place says of a line, and what the line came to by it. */
const line = z.strictObject({
  name: text(200),
  listType: text(10),
  chargeType: text(10),
  class: z.enum(['A', 'B', 'C', 'NONE']),
  entryClass: z.enum(['A', 'B', 'C']),
  selfPayRatio: rate,
  ceiling: unitPrice.nullable(),
  overCeiling: z.enum(['EXCESS', 'WHOLE_LINE']),
  restricted: z.boolean(),
  essential: z.boolean(),
  negotiated: z.boolean(),
  paediatric: z.boolean(),
  special: z.boolean(),
  selfPaid: yuan,
  overCeilingAmount: yuan,
  firstSelfPayment: yuan,
  inScope: yuan,
})

/** Asks the home platform to reckon a bill and to keep the money for it. */
export const reserveMessage = z.strictObject({
  exchange: uuid,
  bill,
  place: z.strictObject({
    name: text(200),
    kind: z.enum(['HOSPITAL', 'PHARMACY']),
    level: z.enum(['LEVEL_1', 'LEVEL_2', 'LEVEL_3', 'COMMUNITY', 'PHARMACY']),
    pool: z.string().regex(/^[1-8][0-9]{5}$/),
  }),
  lines: z.array(line).max(2000),
})
export type ReserveMessage = z.output<typeof reserveMessage>

/** A bill as it is said to the home platform, before it is read there. */
export type BillMessage = Omit<z.input<typeof reserveMessage>, 'exchange'>

interface SaidFrame {
  readonly institution: string
  /** Minutes for which the money is to be kept. */
  readonly keptMinutes: number
}

/** What an institution sent, as it is said to the home platform. */
export function billMessage(input: BillInput, { institution, keptMinutes }: SaidFrame): BillMessage['bill'] {
  const { insuredPool: _pool, confirmWithin: _within, lines, ...rest } = input
  return {
    ...rest,
    institution,
    confirmWithin: keptMinutes,
    diagnoses: [...rest.diagnoses],
    lines: lines.map(({ ePrescription: _number, traceCodes, ...one }) => ({
      ...one,
      traceCodes: [...(traceCodes ?? [])],
    })),
  }
}

/** What the catalogue here says of a line. */
export const lineMessage = (
  { entry, item }: FoundItem,
  parts: Pick<LineSplit, 'selfPaid' | 'overCeiling' | 'firstSelfPayment' | 'inScope'>,
): BillMessage['lines'][number] => ({
  name: entry.name,
  listType: entry.listType,
  chargeType: entry.chargeType,
  class: item.class,
  entryClass: entry.class,
  selfPayRatio: formatRate(item.selfPayRatio),
  ceiling: item.ceiling === null ? null : formatUnitPrice(item.ceiling),
  overCeiling: item.overCeiling,
  restricted: item.restricted,
  essential: entry.essential,
  negotiated: entry.negotiated,
  paediatric: entry.paediatric,
  special: entry.special,
  selfPaid: formatYuan(parts.selfPaid),
  overCeilingAmount: formatYuan(parts.overCeiling),
  firstSelfPayment: formatYuan(parts.firstSelfPayment),
  inScope: formatYuan(parts.inScope),
})

const saidLines = z.object({
  bill: z.object({ lines: z.array(z.object({ serial: z.string() })) }),
  lines: z.array(line),
})

/** What was said of the lines of a bill. */
export const readSaidLines = (message: unknown) => {
  const { bill: of, lines } = saidLines.parse(message)
  return lines.map(({ overCeilingAmount: overCeiling, selfPaid, firstSelfPayment, inScope }, i) => {
    const serial = of.lines[i]?.serial ?? ''
    return { serial, selfPaid, overCeiling, firstSelfPayment, inScope }
  })
}

/** Asks the home platform what a bill would come to; nothing is kept but a quote. */
export const trialMessage = reserveMessage.omit({ exchange: true })
export type TrialMessage = z.output<typeof trialMessage>

/** Asks what became of a bill. */
export const outcomeMessage = z.strictObject({ exchange: uuid })

/** Cancels a bill; with the reason home keeps what it had reserved, so that the person can claim it. */
export const cancelMessage = z.strictObject({ exchange: uuid, reason: maybe(z.enum(CANCEL_REASONS)) })

/** Commits a reserved bill: the settlement that was told, and no other that may be under this exchange by now. */
export const commitMessage = z.strictObject({ exchange: uuid, settlement: maybe(uuid) })

/** Takes a committed bill back, under an id of its own. */
export const reverseMessage = z.strictObject({
  exchange: uuid,
  of: uuid,
  operator: maybe(z.strictObject({ code: text(100), name: maybe(text(100)), terminal: text(10) })),
})

/** What became of an exchange at home. Its word is the decision: RESERVED until COMMITTED or ABORTED, and then for good. */
export type ExchangeState = 'UNKNOWN' | 'REFUSED' | 'RESERVED' | 'COMMITTED' | 'ABORTED'

/** What the home platform answers, whatever it was asked. */
export interface ExchangeAnswer {
  readonly exchange: string
  readonly state: ExchangeState
  /** Of a bill that is reserved: until when it can be committed. */
  readonly until: string | null
  readonly settlement: ToldSettlement | null
  /** The settlement that took a committed one back. */
  readonly reversal: string | null
  /** Why it was refused. Without a state of that name the message itself is: nothing is recorded, nothing moved. */
  readonly rejection: StoredRejection | null
}

/** What the place of treatment has to know of a settlement at home: who the person is, and who pays how much. */
export type ToldSettlement = ReturnType<typeof tell>

const PERSON = [
  'insuredId',
  'personNumber',
  'personName',
  'certificateType',
  'identityMasked',
  'sex',
  'nationality',
] as const
export const TOLD = [...AMOUNTS, 'detailTotal', 'balance'] as const

export const take = <T, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> =>
  Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>

/** What the home platform answers to a trial. */
export interface TrialAnswer {
  readonly settlement: ToldSettlement | null
  readonly quote: { readonly id: string; readonly expiresAt: string } | null
  readonly rejection: StoredRejection | null
}

/** A settlement as it is told to the place of treatment. */
export function tell(one: SettledBill) {
  const amounts = take(one, TOLD)
  const mergedFrom = (one.records ?? []).filter((id) => id !== one.insuredId)
  return {
    id: one.id,
    settledAt: one.settledAt.toString(),
    person: {
      ...take(one, PERSON),
      birthDate: one.birthDate.toString(),
      // By which of them the place may know the person from before.
      ...(mergedFrom.length > 0 && { mergedFrom }),
    },
    pool: one.pool,
    insuranceType: one.insuranceType,
    personType: one.personType,
    civilServant: one.civilServant,
    amounts: Object.fromEntries(TOLD.map((key) => [key, formatYuan(amounts[key])])) as Record<
      (typeof TOLD)[number],
      string
    >,
    poolRatio: formatRate(one.poolRatio),
    accountInFund: one.accountInFund,
    engine: one.engine,
    reverses: one.reverses,
    funds: one.funds.map(({ payer, fundPayType, base, limit, paid }) => ({
      payer,
      fundPayType,
      base: formatYuan(base),
      limit: limit === null ? null : formatYuan(limit),
      paid: formatYuan(paid),
    })),
    lines: (one.lines ?? []).map(({ serial, rule, class: itemClass, ...parts }) => ({
      serial,
      rule,
      class: itemClass,
      selfPaid: formatYuan(parts.selfPaid),
      overCeiling: formatYuan(parts.overCeiling),
      firstSelfPayment: formatYuan(parts.firstSelfPayment),
      inScope: formatYuan(parts.inScope),
    })),
  }
}
