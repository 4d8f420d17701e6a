import { deepEqual, equal } from 'node:assert/strict'
import { boolean, constantFrom, integer, nat, oneof, option, record, type AsyncCommand } from 'fast-check'
import { bind, billOf, cameOf, credit, plain, refund, reverse, settle, settleStay, trial, type Real } from './real.ts'
import { book, nextAdmission, price, type Asked, type Model, type ModelBill } from './state.ts'

/** Persons of one sequence. */
export const PERSONS = 3

type Command = AsyncCommand<Model, Real>

const personAt = (real: Real, index: number) => {
  const person = real.persons[index]
  if (person === undefined) throw new Error('no such person')
  return person
}

/** Remembers a bill that was settled as the model expects. */
function keep(model: Model, asked: Asked, bill: Pick<ModelBill, 'came' | 'admission' | 'visit' | 'id'>): void {
  const { person: whose, kind, useAccount } = asked
  const kept = { ...bill, person: whose, kind, useAccount, stands: true }
  model.bills.push(kept)
  book(model, kept, 1)
}

const settling = (asked: Asked): Command => ({
  check: () => true,
  toString: () => `settle(${JSON.stringify(asked)})`,
  async run(model, real) {
    const admission = asked.kind === 'INPATIENT' ? nextAdmission(model, asked.person) : 1
    const came = price(model, { ...asked, admission })
    const bill = billOf(personAt(real, asked.person), asked)
    const answer = await (asked.kind === 'INPATIENT' ? settleStay(real, bill) : settle(real, bill))
    equal(answer.__typename, 'Settlement', answer.code ?? '')
    deepEqual(cameOf(answer), plain(came))
    keep(model, asked, { came, admission, visit: bill.visit, id: answer.id })
  },
})

/** A trial, then something else of the same person, then the settlement by the quote. */
const quoting = (asked: Asked, between: Asked | null): Command => ({
  check: () => true,
  toString: () => `quote(${JSON.stringify(asked)}, between ${JSON.stringify(between)})`,
  async run(model, real) {
    const admission = asked.kind === 'INPATIENT' ? nextAdmission(model, asked.person) : 1
    const quoted = price(model, { ...asked, admission })
    const bill = billOf(personAt(real, asked.person), asked)
    const tried = await trial(real, bill)
    deepEqual(cameOf(tried), plain(quoted))
    if (between !== null) await settling(between).run(model, real)
    const nowAdmission = asked.kind === 'INPATIENT' ? nextAdmission(model, asked.person) : 1
    const now = price(model, { ...asked, admission: nowAdmission })
    const answer = await settle(real, { ...bill, quote: tried.quote?.id })
    const holds = JSON.stringify(now) === JSON.stringify(quoted)
    equal(answer.__typename, holds ? 'Settlement' : 'QuoteStale', answer.code ?? '')
    if (!holds) return
    deepEqual(cameOf(answer), plain(quoted))
    keep(model, asked, { came: quoted, admission: nowAdmission, visit: bill.visit, id: answer.id })
  },
})

const reversing = (pick: number): Command => ({
  check: ({ bills }) => bills.length > 0,
  toString: () => `reverse(${pick})`,
  async run(model, real) {
    const bill = model.bills[pick % model.bills.length]
    if (bill === undefined) return
    const answer = await reverse(real, bill.id)
    if (!bill.stands) {
      equal(answer.code, 'ALREADY_REVERSED')
      return
    }
    equal(answer.__typename, 'Settlement', answer.code ?? '')
    const { total, fund, account, cash } = cameOf(answer)
    deepEqual(
      [total, fund, account, cash],
      [bill.came.total, bill.came.fund, bill.came.account, bill.came.cash].map((one) => 0 - one),
    )
    bill.stands = false
    book(model, bill, -1)
  },
})

const refunding = (pick: number, part: number): Command => ({
  check: ({ bills }) => bills.some((one) => one.stands && one.came.total > 1),
  toString: () => `refund(${pick}, ${part})`,
  async run(model, real) {
    const standing = model.bills.filter((one) => one.stands && one.came.total > 1)
    const bill = standing[pick % standing.length]
    if (bill === undefined) return
    const back = 1 + (part % (bill.came.total - 1))
    const answer = await refund(real, bill.id, back)
    equal(answer.__typename, 'Settlement', answer.code ?? '')
    bill.stands = false
    book(model, bill, -1)
    const amount = bill.came.total - back
    const rest = { person: bill.person, kind: bill.kind, amount, useAccount: bill.useAccount }
    // A relative gives no more for the rest than for the whole.
    const aid = bill.came.aid.map(({ sponsor, amount: most }) => ({ sponsor, most }))
    const came = price(model, { ...rest, admission: bill.admission }, aid)
    deepEqual(cameOf(answer), plain(came))
    keep(model, rest, { came, admission: bill.admission, visit: bill.visit, id: answer.id })
  },
})

const crediting = (person: number, amount: number): Command => ({
  check: () => true,
  toString: () => `credit(${person}, ${amount})`,
  async run(model, real) {
    await credit(real, personAt(real, person), amount)
    const one = model.persons[person]
    if (one !== undefined) one.account += amount
  },
})

const binding = (beneficiary: number, sponsor: number, limit: number | null): Command => ({
  check: ({ persons }) =>
    beneficiary !== sponsor && persons[beneficiary]?.sponsors.every((one) => one.person !== sponsor) === true,
  toString: () => `bind(${beneficiary}, ${sponsor}, ${limit})`,
  async run(model, real) {
    const sponsors = model.persons[beneficiary]?.sponsors ?? []
    const place = sponsors.length + 1
    await bind(real, { beneficiary: personAt(real, beneficiary), sponsor: personAt(real, sponsor), place, limit })
    sponsors.push({ person: sponsor, limit, used: 0 })
  },
})

const person = nat(PERSONS - 1)
const asked = record({
  person,
  kind: constantFrom('OUTPATIENT' as const, 'OUTPATIENT' as const, 'INPATIENT' as const),
  amount: integer({ min: 1, max: 200_000 }),
  useAccount: boolean(),
})

/** Everything that may happen to the persons of a sequence. */
export const anything = [
  asked.map(settling),
  asked.chain((one) =>
    option(asked.map((other) => ({ ...other, person: one.person }))).map((other) => quoting(one, other)),
  ),
  nat(50).map(reversing),
  record({ pick: nat(50), part: nat(199_999) }).map(({ pick, part }) => refunding(pick, part)),
  record({ person, amount: integer({ min: 1, max: 100_000 }) }).map((one) => crediting(one.person, one.amount)),
  record({
    beneficiary: person,
    sponsor: person,
    limit: oneof(constantFrom(null), integer({ min: 1, max: 50_000 })),
  }).map((one) => binding(one.beneficiary, one.sponsor, one.limit)),
]
