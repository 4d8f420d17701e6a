import { FORMULA } from './bank-file.ts'
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
    holder: bankName(within, 'holder', input.holder),
    number: within.text('number', input.number, { max: 32, ...NUMBER }) ?? '',
    bankName: bankName(within, 'bankName', input.bankName),
    bankCode: within.text('bankCode', input.bankCode, { max: 12, ...BANK_CODE }) ?? '',
  }
  fields.check()
  return read
}

/** A name as the bank's file may carry it: staff and the bank open that in a spreadsheet. */
export function bankName(fields: Fields, field: 'holder' | 'bankName', value: string): string {
  const text = fields.words(field, value, { max: 100 }) ?? ''
  if (FORMULA.test(text)) {
    fields.fault(field, 'FORMULA', {
      zh: '不得以 = + - @ 开头',
      en: 'begins with = + - or @: a formula, not a name',
    })
  }
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)) {
    fields.fault(field, 'CHARACTERS', { zh: '含有控制字符', en: 'has control characters' })
  }
  return text
}

/** All that is shown of an account number. */
export const maskAccount = (number: string): string => `${'*'.repeat(number.length - 4)}${number.slice(-4)}`
