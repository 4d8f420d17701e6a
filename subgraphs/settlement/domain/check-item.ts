import { fenOf, formatUnitPrice, lineTotal, unitPriceOf, ZERO } from '@yibao/schema/money'
import type { Evidence } from './check-finding.ts'
import { evidence, type Hit, type Look, type Test } from './check-hit.ts'
import type { Limits } from './check-rule.ts'
import type { BillView, Charge } from './check-view.ts'
import { startsWithOne } from './policy-condition.ts'

const SEX: Readonly<Record<string, string>> = { '1': '男 male', '2': '女 female' }

/** For whom and where an item may be used: sex, age, level, insurance, kind of care, diagnosis. */
export const testLimit: Test<'LIMIT'> = ({ to }, { view, charges }) => {
  const broken = brokenLimits(to, view)
  if (broken.length === 0) return []
  const zh = broken.map(({ limit, found }) => `${limit.name.zh} ${limit.value}，本单为 ${found}`).join('；')
  const en = broken.map(({ limit, found }) => `${limit.name.en} ${limit.value}, this bill: ${found}`).join('; ')
  return [
    hitOf(
      view,
      charges,
      { zh, en },
      broken.flatMap(({ limit, name, found }) => [limit, { name, value: found }]),
    ),
  ]
}

interface Broken {
  readonly limit: Evidence
  readonly name: Evidence['name']
  readonly found: string
}

function brokenLimits(to: Limits, { sex, input, bill }: BillView): Broken[] {
  const { age } = input.person
  const found: Broken[] = []
  const broken = (limit: Evidence, zh: string, en: string, value: string) =>
    void found.push({ limit, name: { zh, en }, found: value })
  if (to.sex !== undefined && sex !== to.sex)
    broken(evidence('限性别', 'limited to sex', SEX[to.sex] ?? to.sex), '参保人性别', 'sex', SEX[sex] ?? sex)
  if (to.ageFrom !== undefined && age < to.ageFrom)
    broken(evidence('限年满（岁）', 'limited to age from', to.ageFrom), '参保人年龄', 'age', String(age))
  if (to.ageBelow !== undefined && age >= to.ageBelow)
    broken(evidence('限年龄小于（岁）', 'limited to age below', to.ageBelow), '参保人年龄', 'age', String(age))
  if (to.levels !== undefined && !to.levels.includes(input.care.level))
    broken(evidence('限机构级别', 'limited to level', to.levels.join(', ')), '机构级别', 'level', input.care.level)
  if (to.insuranceTypes !== undefined && !to.insuranceTypes.includes(input.insuranceType)) {
    const limit = evidence('限险种', 'limited to insurance', to.insuranceTypes.join(', '))
    broken(limit, '险种', 'insurance', input.insuranceType)
  }
  if (to.careTypes !== undefined && !startsWithOne(to.careTypes, bill.careType)) {
    const limit = evidence('限医疗类别', 'limited to care type', to.careTypes.map((one) => `${one}…`).join(', '))
    broken(limit, '医疗类别', 'care type', bill.careType)
  }
  const { diagnoses } = to
  if (diagnoses !== undefined && !bill.diagnoses.some(({ code }) => startsWithOne(diagnoses, code))) {
    const limit = evidence('限诊断', 'limited to diagnosis', diagnoses.map((one) => `${one}…`).join(', '))
    broken(limit, '诊断', 'diagnoses', bill.diagnoses.map(({ code }) => code).join(', '))
  }
  return found
}

/** Items the hospital has to approve (`hosp_appr_flag` 1). */
export const testApproval: Test<'APPROVAL'> = (_test, { view, charges }) => {
  const open = charges.filter(({ line }) => line.approval !== 'APPROVED')
  if (open.length === 0) return []
  const text = { zh: '须经医院审批，未见审批通过标志', en: 'needs the hospital’s approval, which is not given' }
  return [hitOf(view, open, text, [])]
}

/** Prices above the ceiling; the split leaves the excess to the person, the finding reports it. */
export const testPrice: Test<'PRICE'> = (_test, { charges }) =>
  charges.flatMap((charge) => {
    const { ceiling } = charge.item.item
    const { price } = charge.line
    if (ceiling === null || price <= ceiling) return []
    return [
      {
        charges: [charge],
        text: { zh: '单价高于定价上限', en: 'the price is above the ceiling' },
        evidence: [
          evidence('单价', 'price', formatUnitPrice(price)),
          evidence('定价上限', 'ceiling', formatUnitPrice(ceiling)),
        ],
        amount: fenOf(lineTotal(unitPriceOf(price - ceiling), charge.quantity)),
        settlements: [],
      },
    ]
  })

/** The same item charged again at the same moment; the first charge stands, the others are named. */
export const testSameMoment: Test<'SAME_MOMENT'> = (_test, { view, charges }) => {
  const first = new Map<string, Charge>()
  const again = charges.filter((charge) => {
    const key = `${charge.line.code} ${charge.time}`
    if (first.has(key)) return true
    first.set(key, charge)
    return false
  })
  if (again.length === 0) return []
  const text = { zh: '同一项目在同一时间重复计费', en: 'the same item is charged again at the same moment' }
  return [hitOf(view, again, text, [evidence('重复明细数', 'repeated lines', again.length)])]
}

/** A hit whose whole in-scope amount is concerned. */
export const hitOf = (view: BillView, charges: Look['charges'], text: Hit['text'], found: Hit['evidence']): Hit => ({
  charges,
  text,
  evidence: found,
  amount: charges.length === 0 ? ZERO : view.inScope(charges),
  settlements: [],
})
