import { fenOf, ZERO, type Fen } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import type { SettledAmounts } from './settlement.ts'

/** Who pays of a bill, by the amount columns: what a draft calls its payers does not matter. */
export const PAYERS = [
  'hifp',
  'hifob',
  'hifmi',
  'cvlserv',
  'hifes',
  'hifdm',
  'maf',
  'oth',
  'hospital',
  'account',
  'mutualAid',
  'cash',
] as const satisfies readonly (keyof SettledAmounts)[]
export type Payer = (typeof PAYERS)[number]

/** What each payer gives. */
export type Paid = Readonly<Record<Payer, Fen>>

/** An amount as it was settled and as the draft would have it. */
export interface Compared {
  readonly before: Fen
  readonly after: Fen
}

/** A settlement of which the person bears more or less under the draft. */
export interface Shift extends Compared {
  readonly insuredId: string
  readonly settlementId: string
}

/** The settlements of one kind together. `fund`: all funds; `burden`: account, mutual aid and cash. */
export interface Group {
  readonly bills: number
  readonly fund: Compared
  readonly burden: Compared
}

/** Settlements the draft refuses for one reason. */
export interface Refused {
  readonly code: string
  readonly text: Text
  readonly bills: number
  /** What was settled for them, which counts nowhere else. */
  readonly burden: Fen
  readonly fund: Fen
  /** Some of them. */
  readonly examples: readonly { readonly insuredId: string; readonly settlementId: string }[]
}

/** What a draft does to the settlements tried so far. */
export interface Tally {
  readonly bills: number
  readonly payers: Readonly<Record<Payer, Compared>>
  /** Persons by what they bear together; `refused` are those of whom no settlement can be compared. */
  readonly persons: { readonly gain: number; readonly lose: number; readonly same: number; readonly refused: number }
  /** The largest, first. */
  readonly gains: readonly Shift[]
  readonly losses: readonly Shift[]
  readonly byPersonType: Readonly<Record<string, Group>>
  readonly byLevel: Readonly<Record<string, Group>>
  readonly refused: readonly Refused[]
}

/** A settlement that counts, tried under the draft. */
export interface Tried {
  readonly settlementId: string
  readonly personType: string
  readonly level: string
  readonly before: Paid
  readonly after: Paid | { readonly code: string; readonly text: Text }
}

const SHIFTS_MAX = 10
const EXAMPLES_MAX = 10
/** Reasons name level, filing and admission, so that there are some dozens; beyond these the code alone tells. */
const REASONS_MAX = 200

const NOTHING: Compared = { before: ZERO, after: ZERO }

export const emptyTally = (): Tally => ({
  bills: 0,
  payers: mapPayers(() => NOTHING),
  persons: { gain: 0, lose: 0, same: 0, refused: 0 },
  gains: [],
  losses: [],
  byPersonType: {},
  byLevel: {},
  refused: [],
})

export const mapPayers = <T>(value: (payer: Payer) => T): Record<Payer, T> => ({
  hifp: value('hifp'),
  hifob: value('hifob'),
  hifmi: value('hifmi'),
  cvlserv: value('cvlserv'),
  hifes: value('hifes'),
  hifdm: value('hifdm'),
  maf: value('maf'),
  oth: value('oth'),
  hospital: value('hospital'),
  account: value('account'),
  mutualAid: value('mutualAid'),
  cash: value('cash'),
})

const add = (to: Compared, { before, after }: Compared): Compared => ({
  before: fenOf(to.before + before),
  after: fenOf(to.after + after),
})

/** What the person gives: own account, relatives' accounts, cash. */
const burdenOf = ({ account, mutualAid, cash }: Paid): Fen => fenOf(account + mutualAid + cash)

const fundOf = ({ hifp, hifob, hifmi, cvlserv, hifes, hifdm, maf, oth }: Paid): Fen =>
  fenOf(hifp + hifob + hifmi + cvlserv + hifes + hifdm + maf + oth)

const isPaid = (after: Tried['after']): after is Paid => !('code' in after)

/** Adds all settlements of one person. */
export function addPerson(tally: Tally, insuredId: string, bills: readonly Tried[]): Tally {
  if (bills.length === 0) return tally
  let together = NOTHING
  let compared = 0
  let sum = { ...tally, bills: tally.bills + bills.length }
  for (const { after, ...bill } of bills) {
    const { settlementId, before } = bill
    if (!isPaid(after)) {
      sum = { ...sum, refused: addRefused(sum.refused, { ...after, insuredId, settlementId, before }) }
      continue
    }
    const fund = { before: fundOf(before), after: fundOf(after) }
    const burden = { before: burdenOf(before), after: burdenOf(after) }
    compared += 1
    together = add(together, burden)
    sum = {
      ...sum,
      payers: mapPayers((payer) => add(sum.payers[payer], { before: before[payer], after: after[payer] })),
      ...shifted(sum, { insuredId, settlementId, ...burden }),
      byPersonType: addTo(sum.byPersonType, bill.personType, { bills: 1, fund, burden }),
      byLevel: addTo(sum.byLevel, bill.level, { bills: 1, fund, burden }),
    }
  }
  const { before, after } = together
  const way = compared === 0 ? 'refused' : after < before ? 'gain' : after > before ? 'lose' : 'same'
  return { ...sum, persons: { ...sum.persons, [way]: sum.persons[way] + 1 } }
}

function addTo(groups: Tally['byLevel'], key: string, more: Group): Tally['byLevel'] {
  const { bills, fund, burden } = groups[key] ?? { bills: 0, fund: NOTHING, burden: NOTHING }
  return {
    ...groups,
    [key]: { bills: bills + more.bills, fund: add(fund, more.fund), burden: add(burden, more.burden) },
  }
}

function shifted({ gains, losses }: Tally, shift: Shift): Pick<Tally, 'gains' | 'losses'> {
  const { before, after } = shift
  return {
    gains: after < before ? largest([...gains, shift]) : gains,
    losses: after > before ? largest([...losses, shift]) : losses,
  }
}

const sizeOf = ({ before, after }: Compared): bigint => (after > before ? after - before : before - after)

const largest = (shifts: readonly Shift[]): Shift[] =>
  shifts
    .toSorted((a, b) => {
      const [one, other] = [sizeOf(a), sizeOf(b)]
      if (one !== other) return one > other ? -1 : 1
      return a.settlementId < b.settlementId ? -1 : 1
    })
    .slice(0, SHIFTS_MAX)

interface Refusal {
  readonly code: string
  readonly text: Text
  readonly insuredId: string
  readonly settlementId: string
  readonly before: Paid
}

const OTHER_REASONS: Text = { zh: '其他情形', en: 'further cases' }

function addRefused(all: Tally['refused'], { code, text, insuredId, settlementId, before }: Refusal): Refused[] {
  const reason = all.length < REASONS_MAX ? text : OTHER_REASONS
  const isSame = (one: Refused, { zh }: Text) => one.code === code && one.text.zh === zh
  const found = all.find((one) => isSame(one, text)) ?? all.find((one) => isSame(one, reason))
  const { bills, burden, fund, examples } = found ?? { bills: 0, burden: ZERO, fund: ZERO, examples: [] }
  const grown: Refused = {
    code,
    text: found?.text ?? reason,
    bills: bills + 1,
    burden: fenOf(burden + burdenOf(before)),
    fund: fenOf(fund + fundOf(before)),
    examples: examples.length < EXAMPLES_MAX ? [...examples, { insuredId, settlementId }] : examples,
  }
  return found === undefined ? [...all, grown] : all.map((one) => (one === found ? grown : one))
}
