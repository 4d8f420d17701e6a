import { fenOf } from '@yibao/schema/money'
import { expect, test } from 'vitest'
import { REPORT_HEADER, reportLine } from './reconciliation-report.ts'

const NOTHING = {
  place: 1,
  cause: 'ONLY_THERE',
  line: 2,
  number: 'X1',
  settlementId: null,
  personNumber: '62990000000015',
  visit: null,
  requestId: null,
  refund: null,
  unconfirmed: false,
  reversed: false,
  elsewhere: null,
  here: null,
  there: null,
  problems: [],
} as const

test('no text of a report can be taken for a formula, and no quotation mark breaks out of its cell', () => {
  for (const text of ['=1+1', '+1', '-cmd', '@sum', '\t=1', '"=1",x']) {
    const [, , , , , number = ''] = reportLine({ ...NOTHING, number: text }).split(',')
    expect(number).toMatch(/^("")?['"]/)
  }
  expect(reportLine({ ...NOTHING, visit: 'a"b,c' })).toContain('"a""b,c"')
})

test('negative amounts stay numbers, and every line has the cells of the header', () => {
  const amounts = { total: fenOf(-20_000n), fundTotal: fenOf(0n), account: fenOf(-5n), cash: null }
  const line = reportLine({ ...NOTHING, there: amounts })
  expect(line).toContain(',-200.00,')
  expect(line).toContain(',-0.05,')
  expect(line.split(',')).toHaveLength(REPORT_HEADER.split(',').length)
  expect(line).toContain('**********0015')
})
