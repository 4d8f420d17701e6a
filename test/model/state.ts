/** The simple model a random sequence is compared with: whole fen as numbers, one rule after the other, no SQL. */

/** What a bill came to. */
export interface Came {
  readonly total: number
  readonly deductible: number
  readonly fund: number
  readonly account: number
  readonly aid: readonly { readonly sponsor: number; readonly amount: number }[]
  readonly cash: number
}

export interface ModelBill {
  readonly person: number
  readonly kind: 'OUTPATIENT' | 'INPATIENT'
  readonly came: Came
  /** Which admission of the year a stay is. */
  readonly admission: number
  readonly visit: string
  readonly useAccount: boolean
  /** The id the platform gave it. */
  id: string
  stands: boolean
}

export interface ModelPerson {
  account: number
  outpatientDeductible: number
  outpatientFund: number
  /** Relatives who pay, in order, with what is left of their promise; null without limit. */
  readonly sponsors: { readonly person: number; readonly limit: number | null; used: number }[]
}

export interface Model {
  readonly persons: readonly ModelPerson[]
  readonly bills: ModelBill[]
}

const OUTPATIENT = { deductible: 10_000, percent: 70, cap: 50_000 }
const INPATIENT = { first: 80_000, later: 40_000, percent: 85 }

const share = (amount: number, percent: number): number => Math.floor((amount * percent + 50) / 100)

/** What each relative may give for a bill, in their order. */
type Aid = readonly { readonly sponsor: number; readonly most: number }[]

const promised = (model: Model, person: ModelPerson): Aid =>
  person.sponsors.map(({ person: sponsor, limit, used }) => {
    const has = model.persons[sponsor]?.account ?? 0
    return { sponsor, most: limit === null ? has : Math.min(has, limit - used) }
  })

/** Asks the account and then the relatives for what is left to the person. */
function payRest(person: ModelPerson, rest: number, aid: Aid): Pick<Came, 'account' | 'aid' | 'cash'> {
  const account = Math.min(rest, person.account)
  let left = rest - account
  const given = aid.flatMap(({ sponsor, most }) => {
    const amount = Math.min(left, most)
    left -= amount
    return amount > 0 ? [{ sponsor, amount }] : []
  })
  return { account, aid: given, cash: left }
}

/** What a bill of this amount comes to now; `aid` when relatives are not asked by their promise. */
export function price(
  model: Model,
  { person: index, kind, amount, useAccount, admission }: Asked & { readonly admission: number },
  aid?: Aid,
): Came {
  const person = model.persons[index]
  if (person === undefined) throw new Error('no such person')
  const standard =
    kind === 'OUTPATIENT'
      ? Math.max(0, OUTPATIENT.deductible - person.outpatientDeductible)
      : admission === 1
        ? INPATIENT.first
        : INPATIENT.later
  const deductible = Math.min(amount, standard)
  const priced = share(amount - deductible, kind === 'OUTPATIENT' ? OUTPATIENT.percent : INPATIENT.percent)
  const fund = kind === 'OUTPATIENT' ? Math.min(priced, Math.max(0, OUTPATIENT.cap - person.outpatientFund)) : priced
  const rest = amount - fund
  if (!useAccount) return { total: amount, deductible, fund, account: 0, aid: [], cash: rest }
  return { total: amount, deductible, fund, ...payRest(person, rest, aid ?? promised(model, person)) }
}

export interface Asked {
  readonly person: number
  readonly kind: ModelBill['kind']
  readonly amount: number
  readonly useAccount: boolean
}

/** The number of the next stay: one more than the highest that stands. */
export const nextAdmission = (model: Model, person: number): number =>
  1 +
  Math.max(
    0,
    ...model.bills
      .filter((bill) => bill.stands && bill.kind === 'INPATIENT' && bill.person === person && bill.came.total > 0)
      .map((bill) => bill.admission),
  )

/** Books what a bill came to; `sign` −1 takes it back. */
export function book(
  model: Model,
  { person: index, kind, came }: Pick<ModelBill, 'person' | 'kind' | 'came'>,
  sign: 1 | -1,
) {
  const person = model.persons[index]
  if (person === undefined) throw new Error('no such person')
  person.account -= sign * came.account
  for (const { sponsor, amount } of came.aid) {
    const other = model.persons[sponsor]
    const promise = person.sponsors.find((one) => one.person === sponsor)
    if (other === undefined || promise === undefined) throw new Error('no such sponsor')
    other.account -= sign * amount
    promise.used += sign * amount
  }
  if (kind !== 'OUTPATIENT') return
  person.outpatientDeductible += sign * came.deductible
  person.outpatientFund += sign * came.fund
}
