import { createHash } from 'node:crypto'
import { fenOf } from '@yibao/schema/money'
import { InvalidInput } from '@yibao/schema/rejection'
import { expect, test } from 'vitest'
import { compareNotice, readNotice } from './national-notice.ts'

const HEADING = 'kind,month,province,side,count,amount,sha256'
const fileOf = (rows: readonly string[], trailer: string, end = '\r\n'): string => {
  const body = [HEADING, ...rows].map((row) => row + end).join('')
  return `${body}${trailer},${createHash('sha256').update(body).digest('hex')}${end}`
}
const ROWS = ['D,2026-11,62,RECEIVABLE,3,8915.00,', 'D,2026-11,62,PAYABLE,1,-20.50,']
const codes = (file: string, own = '33'): string[] => {
  try {
    readNotice(file, own)
    return []
  } catch (refusal) {
    if (!(refusal instanceof InvalidInput)) throw refusal
    return refusal.problems.map((one) => one.code)
  }
}

test('a notice is read with its number, month and lines, whichever way its lines end', () => {
  for (const end of ['\r\n', '\n'])
    expect(readNotice(fileOf(ROWS, 'T,医保清〔2026〕11号,33,2,4,8894.50', end), '33')).toMatchObject({
      number: '医保清〔2026〕11号',
      month: '2026-11',
      lines: [
        { province: '62', side: 'PLACE', line: 2, count: 3, amount: 891_500n },
        { province: '62', side: 'HOME', line: 3, count: 1, amount: -2050n },
      ],
    })
})

test('a file that is cut, changed, of another province or cannot be read is refused with every fault', () => {
  const whole = fileOf(ROWS, 'T,N1,33,2,4,8894.50')
  expect(codes(whole)).toEqual([])
  expect(codes(whole, '44')).toEqual(['OTHER_PROVINCE'])
  expect(codes(whole.replace('8915.00', '8916.00'))).toEqual(['INCOMPLETE', 'CHECKSUM'])
  expect(codes(whole.replace(`${ROWS[1]}\r\n`, ''))).toEqual(['INCOMPLETE', 'CHECKSUM'])
  expect(codes(whole.slice(0, whole.indexOf('T,N1')))).toContain('TRAILER')
  expect(codes(fileOf([...ROWS, ROWS[0] ?? ''], 'T,N1,33,3,4,8894.50'))).toEqual(['TWICE'])
  expect(codes(fileOf(['D,2026-11,33,PAYABLE,1,1.00,'], 'T,N1,33,1,0,0.00'))).toEqual(['LINE', 'MONTH'])
  expect(codes(fileOf([...ROWS.slice(0, 1), 'D,2026-12,51,PAYABLE,1,1.00,'], 'T,N1,33,2,4,8916.00'))).toEqual(['MONTH'])
  expect(codes('')).toEqual(expect.arrayContaining(['HEADINGS', 'MONTH', 'TRAILER']))
  expect(codes('x'.repeat(300_000))).toEqual(['TOO_LARGE'])
})

const sum = (province: string, side: 'PLACE' | 'HOME', amount: bigint, count = 1) => ({
  province,
  side,
  count,
  amount: fenOf(amount),
})

test('each province and direction is equal, differs, or stands on one side alone', () => {
  const compared = compareNotice(
    [sum('51', 'PLACE', 100n), sum('62', 'HOME', 100n), sum('62', 'PLACE', 100n, 2), sum('65', 'HOME', 7n)],
    [sum('51', 'HOME', 30n), sum('51', 'PLACE', 100n), sum('62', 'HOME', 90n), sum('62', 'PLACE', 100n, 1)],
  )
  expect(compared.map(({ province, side, verdict, difference }) => [province, side, verdict, difference])).toEqual([
    ['51', 'HOME', 'ONLY_HERE', 30n],
    ['51', 'PLACE', 'EQUAL', 0n],
    ['62', 'HOME', 'DIFFERS', -10n],
    ['62', 'PLACE', 'DIFFERS', 0n],
    ['65', 'HOME', 'ONLY_THERE', -7n],
  ])
})
