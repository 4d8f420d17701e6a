import { expect, test } from 'vitest'
import { NotAllowed } from '@yibao/schema/rejection'
import { changeLevels, grant, levelOn, withdraw, type Granted } from './capability.ts'

const day = (text: string) => Temporal.PlainDate.from(text)
const refusal = (work: () => unknown): string => {
  try {
    work()
    return ''
  } catch (error) {
    return error instanceof NotAllowed ? error.code : 'no rejection'
  }
}

test('a capability that is withdrawn before it began was never there, and may be granted anew', () => {
  const granted = grant([], 'CHRONIC', day('2027-01-01'))
  expect(withdraw(granted, 'CHRONIC', day('2027-01-01'))).toEqual([])
  const ended = withdraw(granted, 'CHRONIC', day('2027-06-01'))
  expect(ended).toEqual([['CHRONIC', '2027-01-01', '2027-05-31']])
  expect(grant(ended, 'CHRONIC', day('2027-06-01'))).toHaveLength(2)
  expect(refusal(() => grant(ended, 'CHRONIC', day('2027-05-31')))).toBe('ALREADY_GRANTED')
})

test('capabilities of other kinds are left alone', () => {
  const list: Granted[] = [['CROSS_PROVINCE', '2026-01-01', null]]
  expect(grant(list, 'CHRONIC', day('2026-01-01'))).toHaveLength(2)
  expect(refusal(() => withdraw(list, 'CHRONIC', day('2026-01-01')))).toBe('NOT_GRANTED')
})

test('levels are decided forward only, and each holds from its day to the next', () => {
  const hospital = { kind: 'HOSPITAL', level: 'LEVEL_1', levels: null } as const
  const levels = changeLevels(hospital, { level: 'LEVEL_2', from: day('2026-06-01') })
  const later = changeLevels({ ...hospital, levels }, { level: 'LEVEL_3', from: day('2027-01-01') })
  const on = (text: string) => levelOn({ level: 'LEVEL_1', levels: later }, day(text))
  expect(['2026-05-31', '2026-06-01', '2026-12-31', '2027-01-01'].map(on)).toEqual([
    'LEVEL_1',
    'LEVEL_2',
    'LEVEL_2',
    'LEVEL_3',
  ])
  const between = { level: 'LEVEL_1', from: day('2026-08-01') } as const
  expect(refusal(() => changeLevels({ ...hospital, levels: later }, between))).toBe('LEVEL_ALREADY_DECIDED')
})
