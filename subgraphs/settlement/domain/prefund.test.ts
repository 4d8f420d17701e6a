import { fenOf, rateOf } from '@yibao/schema/money'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { byWhom, isBeyond, levelOf, mayBecome, PREFUND_STATES, type PrefundState } from './prefund.ts'

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
    fc.property(fc.array(fc.constantFrom(...PREFUND_STATES), { maxLength: 20 }), (heard) => {
      let state: PrefundState | null = null
      for (const next of heard) {
        for (const by of ['PAYER', 'HOLDER'] as const)
          if (by !== byWhom(next)) expect(mayBecome(state, next, by)).toBe(false)
        if (!mayBecome(state, next, byWhom(next))) continue
        if (state !== null) expect(isBeyond(state, next)).toBe(false)
        state = next
      }
    }),
  )
})
