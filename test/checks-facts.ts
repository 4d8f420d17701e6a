import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fenOf, parseQuantity, parseUnitPrice, quantityOf, rateOf, unitPriceOf } from '@yibao/schema/money'
import type { Bill, BillLine } from '@yibao/settlement/domain/bill'
import type { FoundItem } from '@yibao/settlement/domain/catalogue'
import type { PastLine, PastVisit } from '@yibao/settlement/domain/check-history'
import type { CheckFacts } from '@yibao/settlement/domain/check-view'
import { squareAmount } from '@yibao/settlement/domain/classify'
import type { Level, SplitInput } from '@yibao/settlement/domain/split-input'

/** The demo catalogue: name and list by code. */
export const CATALOGUE = new Map(
  readFileSync(join(import.meta.dirname, '../demo/catalogue.csv'), 'utf8')
    .split('\n')
    .slice(1)
    .map((row) => row.split(','))
    .map(([code = '', name = '', list = '']) => [code, { name, list }] as const),
)

export interface LineOf {
  readonly code: string
  readonly serial?: string
  readonly quantity?: string
  readonly price?: string
  readonly ceiling?: string
  readonly time?: string
  readonly days?: number
  readonly prescription?: string
  readonly ePrescription?: string
  readonly approval?: BillLine['approval']
  readonly takeHome?: boolean
  readonly refundOf?: string
}

export interface VisitOf {
  readonly begin: string
  /** Left out while the stay goes on. */
  readonly end?: string
  readonly careType: string
  readonly institution?: string
  readonly visit?: string
  readonly diagnosis?: string
  readonly dischargeWay?: string
}

/** A bill as a rule's test thinks of it: an outpatient visit of a man of 40 at a hospital of level 3 unless said otherwise. */
export interface Situation {
  readonly lines: readonly LineOf[]
  readonly sex?: '1' | '2'
  readonly age?: number
  readonly level?: Level
  readonly careType?: string
  readonly emergency?: boolean
  readonly pool?: string
  readonly insuranceType?: string
  readonly identities?: readonly string[]
  readonly diagnoses?: readonly string[]
  readonly begin?: string
  readonly end?: string
  readonly now?: string
  readonly institution?: string
  readonly visits?: readonly VisitOf[]
  /** Lines of other bills. */
  readonly past?: readonly { code: string; quantity?: string; time: string; days?: number }[]
}

const at = (text: string): Temporal.Instant =>
  Temporal.Instant.from(`${text.length === 10 ? `${text}T09:00` : text}:00+08:00`)
const HOSPITAL = 'H62990000001'

export function factsOf(one: Situation): CheckFacts {
  const begin = at(one.begin ?? '2026-03-02T08:00')
  const end = at(one.end ?? (one.begin?.length === 10 ? one.begin : (one.begin ?? '2026-03-02T10:00')))
  const careType = one.careType ?? '11'
  const lines = one.lines.map((line, i) => billLine(line, i, begin))
  const items = one.lines.map(itemOf)
  const bill: CheckFacts['bill'] = {
    institution: one.institution ?? HOSPITAL,
    visit: 'V1',
    careType,
    careKind: careType.startsWith('2') ? 'INPATIENT' : 'OUTPATIENT',
    begin,
    end,
    diagnoses: (one.diagnoses ?? ['J06.900']).map((code) => ({ code, name: code, kind: '1' as const })),
    lines,
  }
  return {
    bill,
    items,
    input: inputOf(one, bill, items),
    sex: one.sex ?? '1',
    now: at(one.now ?? one.begin ?? '2026-03-02T10:30'),
    visits: (one.visits ?? []).map(visitOf),
  }
}

function billLine(line: LineOf, i: number, begin: Temporal.Instant): BillLine {
  const quantity = parseQuantity(line.quantity ?? '1') ?? quantityOf(0n)
  const price = parseUnitPrice(line.price ?? '10') ?? unitPriceOf(0n)
  return {
    serial: line.serial ?? String(i + 1),
    code: line.code,
    ownCode: `own-${i + 1}`,
    price,
    quantity,
    amount: squareAmount(price, quantity, 2),
    time: line.time === undefined ? begin : at(line.time),
    department: 'D01',
    doctor: 'D629900000101',
    prescription: line.prescription ?? null,
    days: line.days ?? null,
    approval: line.approval ?? 'NOT_NEEDED',
    takeHome: line.takeHome ?? false,
    traceCodes: [],
    refundOf: line.refundOf ?? null,
    ePrescription: line.ePrescription ?? null,
  }
}

function itemOf({ code, ceiling }: LineOf): FoundItem {
  const known = CATALOGUE.get(code)
  if (known === undefined) throw new Error(`${code} is not in the demo catalogue`)
  return {
    entry: {
      pool: null,
      beginOn: '2023-01-01',
      endOn: null,
      name: known.name,
      listType: known.list,
      chargeType: '09',
      class: 'A',
      restricted: false,
      essential: false,
      negotiated: false,
      paediatric: false,
      special: false,
    },
    item: {
      class: 'A',
      selfPayRatio: rateOf(0n),
      ceiling: ceiling === undefined ? null : parseUnitPrice(ceiling),
      overCeiling: 'EXCESS',
      restricted: false,
    },
  }
}

function inputOf(
  one: Situation,
  { careType, lines }: Pick<Bill, 'careType' | 'lines'>,
  items: readonly FoundItem[],
): SplitInput {
  return {
    pool: one.pool ?? '629900',
    insuranceType: one.insuranceType ?? '310',
    policy: { id: '629900-x', version: '2023-01-01' },
    person: { personType: '1101', age: one.age ?? 40, identities: one.identities ?? [], civilServant: false },
    care: {
      careType,
      emergency: one.emergency ?? false,
      level: one.level ?? 'LEVEL_3',
      place: 'IN_POOL',
      filing: 'LOCAL',
      admission: 1,
      days: 1,
      year: '2026',
      visit: 'x',
    },
    lines: lines.flatMap(({ serial, price, quantity, amount, approval, refundOf }, i) => {
      const item = items[i]?.item
      return item === undefined
        ? []
        : [{ serial, price, quantity, amount, approval, item, ...(refundOf !== null && { refundOf }) }]
    }),
    counters: {},
    accounts: { current: fenOf(0n), history: fenOf(0n) },
    useAccount: false,
  }
}

const visitOf = (visit: VisitOf, i: number): PastVisit => ({
  settlementId: `01890000-0000-7000-8000-${String(i).padStart(12, '0')}`,
  institution: visit.institution ?? HOSPITAL,
  visit: visit.visit ?? `OTHER-${i}`,
  careType: visit.careType,
  begin: at(visit.begin).epochMilliseconds,
  end: visit.end === undefined ? null : at(visit.end).epochMilliseconds,
  diagnosis: visit.diagnosis ?? null,
  dischargeWay: visit.dischargeWay ?? null,
})

export const pastLinesOf = ({ past = [] }: Situation): PastLine[] =>
  past.map(({ code, quantity = '1', time, days = null }, i) => ({
    settlementId: `01890000-0000-7000-8000-${String(100 + i).padStart(12, '0')}`,
    code,
    quantity: parseQuantity(quantity) ?? quantityOf(0n),
    time: at(time).epochMilliseconds,
    days,
  }))
