import { Fields } from './fields.ts'

export interface BankAccountInput {
  readonly holder: string
  readonly number: string
  readonly bankName: string
  readonly bankCode: string
}

const NUMBER = { pattern: /^\d{8,32}$/, form: { zh: '8 至 32 位数字', en: '8 to 32 digits' } }
const BANK_CODE = { pattern: /^\d{12}$/, form: { zh: '12 位支付系统行号', en: 'the 12 digits of the bank' } }

/** Reads where an institution is to be paid. Throws InvalidInput. */
export function readBankAccount(input: BankAccountInput): BankAccountInput {
  const fields = new Fields()
  const within = fields.within('input')
  const read = {
    holder: within.words('holder', input.holder, { max: 100 }) ?? '',
    number: within.text('number', input.number, { max: 32, ...NUMBER }) ?? '',
    bankName: within.words('bankName', input.bankName, { max: 100 }) ?? '',
    bankCode: within.text('bankCode', input.bankCode, { max: 12, ...BANK_CODE }) ?? '',
  }
  fields.check()
  return read
}

/** All that is shown of an account number. */
export const maskAccount = (number: string): string => `${'*'.repeat(number.length - 4)}${number.slice(-4)}`
