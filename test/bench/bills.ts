import { artificialIdentity } from '@yibao/insured/domain/artificial-identity'
import type { SeedPerson } from '@yibao/insured/seed'
import { fenOf } from '@yibao/schema/money'

export const POOL = '629900'
export const HOSPITAL = 'H62990000001'

/** Lines of the bench bill: national code of the demo catalogue, price, quantity, amount. 甲, 乙 and 丙, two over the ceiling. */
const ITEMS: readonly (readonly [code: string, price: string, quantity: string, amount: string])[] = [
  ['001102000050000', '12.00', '5', '60.00'],
  ['001109000010000', '40.00', '5', '200.00'],
  ['001201000040000', '12.00', '5', '60.00'],
  ['002103000010000', '150.00', '1', '150.00'],
  ['003301000050000', '1000.00', '1', '1000.00'],
  ['003310030220000', '1380.00', '1', '1380.00'],
  ['XJ01DDA002B001010101049', '5.92', '20', '118.40'],
  ['XA02BCA002B001010101644', '5.80', '6', '34.80'],
  ['C1401070230024300915', '620.00', '1', '620.00'],
  ['XB05XAA001B002010102141', '2.20', '20', '44.00'],
]

const idOf = (n: number) => `01890000-0000-7000-9000-${String(n).padStart(12, '0')}`
const cardOf = (n: number) => `B6299${String(n).padStart(6, '0')}`

/** Artificial employees of the demonstration pool, the same in every run. */
export function benchPersons(count: number): SeedPerson[] {
  const first = Temporal.PlainDate.from('1965-01-01')
  return Array.from({ length: count }, (_, n) => {
    const birthDate = first.add({ days: Math.floor(n / 500) })
    const sequence = (n % 500) * 2
    return {
      insuredId: idOf(n),
      personNumber: `${POOL}9${String(n).padStart(7, '0')}`,
      name: '测试人员',
      sex: '2',
      birthDate: birthDate.toString(),
      identityNumber: artificialIdentity(POOL, birthDate, sequence),
      cardNumber: cardOf(n),
      enrolments: [{ pool: POOL, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
    }
  })
}

/** Opening balances of those persons: 3,000 yuan of this year, 1,000 of years before. */
export const benchAccounts = (count: number) =>
  Array.from({ length: count }, (_, n) => idOf(n)).flatMap((insuredId) => [
    { insuredId, pool: POOL, kind: 'CURRENT' as const, balance: fenOf(300_000n) },
    { insuredId, pool: POOL, kind: 'HISTORY' as const, balance: fenOf(100_000n) },
  ])

/** The n-th bill of a run: a stay of five days of person n mod `persons`, with business keys of its own. */
export function benchBill(run: string, n: number, persons: number) {
  const key = `${run}${String(n).padStart(7, '0')}`
  return {
    credential: { kind: 'SOCIAL_SECURITY_CARD', value: cardOf(n % persons) },
    operator: { code: 'BENCH', terminal: 'COUNTER' },
    visit: `V${key}`,
    chargeBatch: `C${key}`,
    invoice: `I${key}`,
    careType: '21',
    emergency: false,
    begin: '2026-03-02T09:00:00+08:00',
    end: '2026-03-07T10:00:00+08:00',
    diagnoses: [{ code: 'K35.800', name: '急性阑尾炎' }],
    useAccount: true,
    total: '3667.20',
    lines: ITEMS.map(([code, price, quantity, amount], i) => ({
      serial: String(i + 1),
      code,
      ownCode: `OWN${i + 1}`,
      price,
      quantity,
      amount,
      time: '2026-03-03T10:00:00+08:00',
      department: 'A04',
      doctor: 'D629900000101',
    })),
  }
}

export const LINES = ITEMS.length
