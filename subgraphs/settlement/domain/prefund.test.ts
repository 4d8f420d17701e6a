import { fenOf, rateOf } from '@yibao/schema/money'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  byWhom,
  checkNotNeeded,
  isBeyond,
  levelOf,
  mayBecome,
  PREFUND_KINDS,
  PREFUND_STATES,
  type PrefundState,
} from './prefund.ts'

const RULE = { yellow: rateOf(7000n), red: rateOf(9000n) }
const level = (amount: bigint, used: bigint) => levelOf({ amount: fenOf(amount), used: fenOf(used) }, RULE)

test('a prefund is yellow from 70 % and red from 90 % on, to the fen; where nothing was paid in there is no alarm', () => {
  expect([level(1000n, 699n), level(1000n, 700n), level(1000n, 899n), level(1000n, 900n), level(1000n, 5000n)]).toEqual(
    ['GREEN', 'YELLOW', 'YELLOW', 'RED', 'RED'],
  )
  expect([level(0n, 500n), level(1000n, -5n), level(1000n, 0n)]).toEqual(['GREEN', 'GREEN', 'GREEN'])
})

test('each step is one side’s alone, and whatever order they are heard of in, a prefund goes on and never back', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...PREFUND_KINDS),
      fc.array(fc.constantFrom(...PREFUND_STATES), { maxLength: 20 }),
      (kind, heard) => {
        let from: PrefundState | null = null
        for (const to of heard) {
          const side = byWhom(kind, to)
          for (const by of ['PAYER', 'HOLDER'] as const)
            if (by !== side) expect(mayBecome({ kind, from, to, by })).toBe(false)
          if (!mayBecome({ kind, from, to, by: side })) continue
          if (from !== null) expect(isBeyond(from, to)).toBe(false)
          from = to
        }
      },
    ),
  )
})

test('what is returned begins when it is paid, by the holder, and comes in with the payer', () => {
  const begins = PREFUND_STATES.filter((to) => mayBecome({ kind: 'RETURN', from: null, to, by: 'HOLDER' }))
  expect(begins).toEqual(['PAID'])
  const ends = PREFUND_STATES.filter((to) => mayBecome({ kind: 'RETURN', from: 'PAID', to, by: 'PAYER' }))
  expect(ends).toEqual(['RECEIVED', 'DENIED'])
})

test.each([
  [1000n, 0n, 1000n],
  [1000n, 300n, 700n],
  [1000n, -5n, 1000n],
  [1000n, 1000n, 0n],
  [1000n, 1200n, 0n],
  [0n, 0n, 0n],
])('of %i fen held and %i used %i may go back, and not one more', (held, used, free) => {
  const position = { held: fenOf(held), used: fenOf(used) }
  if (free > 0n) expect(() => checkNotNeeded(fenOf(free), position)).not.toThrow()
  expect(() => checkNotNeeded(fenOf(free + 1n), position)).toThrow(/may go back/)
})
