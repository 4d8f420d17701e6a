import { fenOf, portion, rateOf, ZERO } from '@yibao/schema/money'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { correctedRelease, type Going } from './deposit-correction.ts'

// Whatever is scored, decided, paid and corrected, what was paid and what is left to pay is what the last score gives back.

const kept = fc.bigInt({ min: 1n, max: 10n ** 12n }).map(fenOf)
const share = fc.integer({ min: 0, max: 10000 }).map((one) => rateOf(BigInt(one)))
const step = fc.record({
  share,
  /** What becomes of the rest, and what the bank pays, before the score is corrected. */
  rest: fc.constantFrom('undecided', 'forfeited', 'released', 'released and paid'),
  isPaid: fc.boolean(),
})

test('after any corrections an institution was paid, or is still to be paid, to the fen what the last score gives back', () => {
  fc.assert(
    fc.property(kept, share, fc.array(step, { minLength: 1, maxLength: 12 }), (all, first, steps) => {
      let release: Going = { amount: portion(all, first), settled: ZERO, state: 'OPEN' }
      let paid = 0n
      for (const { share: next, rest, isPaid } of steps) {
        if (isPaid && release.state === 'OPEN') {
          paid += release.amount - release.settled
          release = { ...release, state: 'PAID' }
        }
        const amount = fenOf(all - release.amount)
        const isReleased = rest.startsWith('released')
        const decision: Going | null =
          rest === 'undecided' || amount === 0n
            ? null
            : { amount, settled: ZERO, state: !isReleased ? 'FORFEITED' : rest === 'released' ? 'OPEN' : 'PAID' }
        if (decision?.state === 'PAID') paid += decision.amount
        release = correctedRelease(all, next, release, decision)
        expect(release.settled).toBe(paid)
        expect(release.amount).toBe(portion(all, next))
        expect(paid + (release.amount - release.settled)).toBe(release.amount)
        expect(release.state === 'PAID').toBe(release.amount === paid)
      }
    }),
  )
})

test('corrected and corrected back before anything was paid, the first amount goes back', () => {
  fc.assert(
    fc.property(kept, share, share, (all, first, other) => {
      const open: Going = { amount: portion(all, first), settled: ZERO, state: 'OPEN' }
      expect(correctedRelease(all, first, correctedRelease(all, other, open, null), null).amount).toBe(open.amount)
    }),
  )
})
