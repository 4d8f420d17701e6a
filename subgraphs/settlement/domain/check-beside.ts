import { fenOf } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import { evidence, groupsOf, type Hit, type Look, type Test } from './check-hit.ts'
import { hitOf } from './check-item.ts'
import { isAmong } from './check-library.ts'
import type { Items } from './check-rule.ts'
import type { BillView, Charge } from './check-view.ts'

/** Herbs, granules, patent and western medicines, preparations: what a prescription is written for. */
const DRUG = /^10/

type Within = 'DAY' | 'BILL' | 'PRESCRIPTION'

/** What belongs together: a day, the bill, or a prescription; a charge without a prescription is in none. */
function groupsWithin(view: BillView, charges: readonly Charge[], within: Within): readonly (readonly Charge[])[] {
  if (within === 'BILL') return [charges]
  if (within === 'DAY') return groupsOf(charges, (charge) => view.dayOf(charge)).map(([, group]) => group)
  const prescribed = charges.filter(({ line }) => line.prescription !== null)
  return groupsOf(prescribed, ({ line }) => line.prescription ?? '').map(([, group]) => group)
}

const isIn = (items: Items, { line, item }: Charge): boolean => isAmong(items, line.code, item.entry.listType)

/** Items that must not be charged beside others. */
export const testExclusive: Test<'EXCLUSIVE'> = ({ items, beside, within }, { view }) => {
  if (!view.charges.some((charge) => isIn(beside, charge))) return []
  return groupsWithin(view, view.charges, within).flatMap((group) => {
    const others = group.filter((charge) => isIn(beside, charge))
    const codes = new Set(others.map(({ line }) => line.code))
    // An item that stands in both lists is beside another one only when there is another code.
    const atFault = group.filter(
      (charge) => isIn(items, charge) && (codes.size > 1 || (codes.size === 1 && !codes.has(charge.line.code))),
    )
    if (atFault.length === 0) return []
    const names = [...new Set(others.map(({ item }) => item.entry.name))].toSorted().slice(0, 5).join('、')
    return [
      hitOf(view, atFault, { zh: `不得与 ${names} 同时计费`, en: `must not be charged beside ${names}` }, [
        evidence('同时计费的项目', 'charged beside', [...codes].toSorted().slice(0, 5).join(', ')),
      ]),
    ]
  })
}

/** More different items than one prescription, one kind of drug or what is taken home may have. */
export const testCount: Test<'COUNT'> = ({ most, within, sameKind, takeHome }, { view, charges }) => {
  const counted = takeHome ? charges.filter(({ line }) => line.takeHome) : charges
  return groupsWithin(view, counted, within).flatMap((group) =>
    sameKind === null
      ? tooMany(view, group, most)
      : groupsOf(group, ({ line }) => line.code.slice(0, sameKind)).flatMap(([, kind]) => tooMany(view, kind, most)),
  )
}

/** The charges of the codes beyond the first ones. */
function tooMany(view: BillView, group: readonly Charge[], most: number): Hit[] {
  const codes = [...new Set(group.map(({ line }) => line.code))].toSorted()
  if (codes.length <= most) return []
  const beyond = new Set(codes.slice(most))
  const text = {
    zh: `共 ${codes.length} 种，最多 ${most} 种`,
    en: `${codes.length} different items, at most ${most} are allowed`,
  }
  const charges = group.filter(({ line }) => beyond.has(line.code))
  return [
    hitOf(view, charges, text, [evidence('最多种数', 'items at most', most), evidence('种数', 'items', codes.length)]),
  ]
}

const HOUR = 3_600_000

/** A prescription that is charged long after it was written or dispensed, or before. */
export const testPrescriptionAge: Test<'PRESCRIPTION_AGE'> = ({ days, hoursAhead, electronic }, { view, charges }) => {
  const now = view.now.epochMilliseconds
  const words = electronic === true ? DISPENSED : PRESCRIBED
  const prescribed = charges.filter(({ line, item }) => words.isOn(line) && DRUG.test(item.entry.listType))
  const old = prescribed.filter(({ time }) => now - time > days * 24 * HOUR)
  const early = prescribed.filter(({ time }) => time - now > hoursAhead * HOUR)
  return [
    ...(old.length === 0
      ? []
      : [
          hitOf(view, old, { zh: `${words.old.zh} ${days} 天`, en: `${words.old.en} ${days} days ago` }, [
            evidence(words.limit.zh, words.limit.en, days),
            ...old.slice(0, 1).map((one) => evidence(words.first.zh, words.first.en, view.dayOf(one))),
          ]),
        ]),
    ...(early.length === 0 ? [] : [hitOf(view, early, words.early, [])]),
  ]
}

/** What the time of a line says. */
interface Aged {
  readonly isOn: (line: Charge['line']) => boolean
  readonly old: Text
  readonly limit: Text
  readonly first: Text
  readonly early: Text
}

const PRESCRIBED: Aged = {
  isOn: ({ prescription }) => prescription !== null,
  old: { zh: '处方开具已超过', en: 'prescribed more than' },
  limit: { zh: '处方有效天数', en: 'days a prescription is valid' },
  first: { zh: '最早开具日期', en: 'first prescribed' },
  early: { zh: '处方时间晚于结算时间', en: 'prescribed after it is settled' },
}

const DISPENSED: Aged = {
  isOn: ({ ePrescription }) => ePrescription !== null && ePrescription !== undefined,
  old: { zh: '电子处方调配已超过', en: 'dispensed from an e-prescription more than' },
  limit: { zh: '调配至结算天数', en: 'days from dispensing to settlement' },
  first: { zh: '最早调配日期', en: 'first dispensed' },
  early: { zh: '调配时间晚于结算时间', en: 'dispensed after it is settled' },
}

export const testDiagnoses: Test<'DIAGNOSES'> = ({ most }, { view }) => {
  const count = view.bill.diagnoses.length
  if (count <= most) return []
  const text = { zh: `诊断 ${count} 个，最多 ${most} 个`, en: `${count} diagnoses, at most ${most} are allowed` }
  return [aboutBill(view, text, [evidence('最多诊断数', 'diagnoses at most', most)])]
}

/** Persons whom the rule's condition describes; nothing else has to be found. */
export const testPerson: Test<'PERSON'> = (_test, { view, rule }) => {
  const identities = view.input.person.identities.join(', ')
  const found = identities === '' ? [] : [evidence('特殊身份', 'special identities', identities)]
  return [aboutBill(view, rule.name, found)]
}

/** A hit about the whole bill. */
export const aboutBill = (
  view: Look['view'],
  text: Hit['text'],
  found: Hit['evidence'],
  settlements: readonly string[] = [],
): Hit => ({ charges: [], text, evidence: found, amount: fenOf(view.total()), settlements })
