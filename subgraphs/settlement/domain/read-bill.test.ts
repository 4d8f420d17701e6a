import { InvalidInput } from '@yibao/schema/rejection'
import { expect, test } from 'vitest'
import type { BillInput, LineInput } from './bill.ts'
import { readBill } from './read-bill.ts'

const now = Temporal.Instant.from('2026-11-22T10:00:00+08:00')
const frame = { now, institution: 'H62020000001' }

const line = (change: Partial<LineInput> = {}): LineInput => ({
  serial: '1',
  code: 'XA01',
  ownCode: 'own',
  price: '0.333333',
  quantity: '3',
  amount: '1.00',
  time: '2026-11-22T09:00:00+08:00',
  department: 'D01',
  doctor: 'D620200000001',
  ...change,
})

const bill = (change: Partial<BillInput> = {}): BillInput => ({
  credential: { kind: '03', value: 'A1' },
  operator: { code: 'op', terminal: '1' },
  visit: 'V1',
  chargeBatch: 'B1',
  careType: '11',
  begin: '2026-11-22T08:00:00+08:00',
  end: '2026-11-22T09:30:00+08:00',
  diagnoses: [{ code: 'J00', name: '急性鼻咽炎' }],
  useAccount: true,
  total: '1.00',
  lines: [line()],
  ...change,
})

function faultsOf(input: BillInput): string[] {
  try {
    readBill(input, frame)
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems.map(({ path, code }) => `${path} ${code}`)
    throw error
  }
  return []
}

test('prices have six decimals, quantities four, and their product is rounded half up to the fen', () => {
  const read = readBill(bill(), frame)
  expect(read.lines[0]).toMatchObject({ price: 333333n, quantity: 30000n, amount: 100n })
})

test('an amount rounded at the third or fourth decimal first is left to the pool to judge', () => {
  // 0.0345 × 1 = 0.0345: half up at two decimals 0.03, at three 0.035 and then 0.04.
  expect(faultsOf(bill({ lines: [line({ price: '0.0345', quantity: '1', amount: '0.04' })], total: '0.04' }))).toEqual(
    [],
  )
  expect(faultsOf(bill({ lines: [line({ price: '0.0345', quantity: '1', amount: '0.05' })], total: '0.05' }))).toEqual([
    'lines[0].amount NOT_PRICE_TIMES_QUANTITY',
  ])
})

test('an emergency or an injury may follow from the care type alone', () => {
  expect(readBill(bill({ careType: '13' }), frame).emergency).toBe(true)
  const trauma = { thirdParty: false, promise: true }
  expect(readBill(bill({ careType: '1901', trauma }), frame)).toMatchObject({ trauma, careKind: 'OUTPATIENT' })
})

test('a refund may take back a line in several parts but not more than it', () => {
  const refund = (serial: string, quantity: string, amount: string) => line({ serial, quantity, amount, refundOf: '1' })
  const parts = [line({ price: '1.00', amount: '3.00' })].concat(
    [refund('2', '-1', '-1.00'), refund('3', '-2', '-2.00')].map((one) => ({ ...one, price: '1.00' })),
  )
  expect(faultsOf(bill({ lines: parts, total: '0.00' }))).toEqual([])
  const more = { ...refund('4', '-1', '-1.00'), price: '1.00' }
  expect(faultsOf(bill({ lines: [...parts, more], total: '-1.00' }))).toEqual([
    'lines[3].quantity REFUND_TOO_LARGE',
    'total NEGATIVE',
  ])
})

test('clocks that run a minute apart make no future', () => {
  expect(faultsOf(bill({ end: '2026-11-22T10:01:00+08:00' }))).toEqual([])
  expect(faultsOf(bill({ end: '2026-11-22T10:03:00+08:00' }))).toEqual(['end IN_FUTURE'])
})

test('not more than a hundred faults are listed', () => {
  const lines = Array.from({ length: 2000 }, (_, i) => line({ serial: String(i), quantity: '0' }))
  expect(faultsOf(bill({ lines }))).toHaveLength(100)
})

test('an identity number in somebody’s own words is refused where it stands', () => {
  const number = '11010519491231002X'
  const operator = { code: 'op', terminal: '1', name: `张三 ${number}` }
  expect(faultsOf(bill({ operator }))).toEqual(['operator.name IDENTITY_IN_TEXT'])
  const diagnoses = [{ code: 'J00', name: `感冒（${number}）` }]
  expect(faultsOf(bill({ diagnoses }))).toEqual(['diagnoses[0].name IDENTITY_IN_TEXT'])
})
