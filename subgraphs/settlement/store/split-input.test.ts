import { fenOf } from '@yibao/schema/money'
import { expect, test } from 'vitest'
import { inputOf } from '../../../test/cases-input.ts'
import { allPolicies } from '../../../test/cases-policies.ts'
import type { SplitInput, SplitLine } from '../domain/split-input.ts'
import { decodeSplitInput, encodeSplitInput, type StoredSplitInput } from './split-input.ts'

const [policy] = allPolicies
if (policy === undefined) throw new Error('no policies')
const plain = inputOf(policy, { lines: [{ class: 'A', amount: '12.34' }], personType: '1101' })
const [line] = plain.lines
if (line === undefined) throw new Error('no line')

/** Through the database and back: only what JSON keeps. */
const stored = (input: SplitInput): SplitInput =>
  decodeSplitInput(JSON.parse(JSON.stringify(encodeSplitInput(input))) as StoredSplitInput)

test('a bill with relatives, a transfer, a disease and a denial comes back as it was split', () => {
  const refund: SplitLine = { ...line, serial: '2', refundOf: '1' }
  const full: SplitInput = {
    ...plain,
    care: {
      ...plain.care,
      month: '2026-03',
      disease: 'M03900',
      birthType: '1',
      transfer: { charged: fenOf(60_000n) },
    },
    lines: [{ ...line, denied: true }, refund, { ...refund, serial: '3', denied: true }, { ...line, serial: '4' }],
    sponsors: [
      { insuredId: 'a', current: fenOf(1n), history: fenOf(2n), limit: null },
      { insuredId: 'b', current: fenOf(3n), history: fenOf(0n), limit: fenOf(4n) },
    ],
    noFund: true,
  }
  expect(stored(full)).toEqual(full)
})

test('what a reviewer said of lines comes back as it was split', () => {
  const review = { inScope: fenOf(1_000n), reason: '超出疗程' }
  const reviewed: SplitInput = {
    ...plain,
    lines: [
      { ...line, review },
      { ...line, serial: '2', denied: true, review },
    ],
  }
  expect(stored(reviewed)).toEqual(reviewed)
})

test('what a bill does not have is not stored', () => {
  const { care, lines, ...rest } = encodeSplitInput(plain)
  expect(Object.keys(rest)).not.toEqual(expect.arrayContaining(['sponsors']))
  expect(Object.keys(care)).not.toEqual(expect.arrayContaining(['transfer']))
  expect(lines[0]).toHaveLength(10)
  expect(stored(plain)).toEqual(plain)
})
