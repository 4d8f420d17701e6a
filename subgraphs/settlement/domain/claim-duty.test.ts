import { Rejection } from '@yibao/schema/rejection'
import { expect, test } from 'vitest'
import {
  notOwn,
  requireNotApplied,
  requireNotDecidedBefore,
  requireNotRecovering,
  requireNotReviewed,
  requireUninvolved,
} from './claim-duty.ts'

function faultsOf(work: () => unknown): string[] {
  try {
    work()
  } catch (fault) {
    if (fault instanceof Rejection) return fault.problems.map(({ path, code }) => `${path} ${code}`)
    throw fault
  }
  return []
}

const APPLYING = ['OPENED', 'WRITTEN', 'SUBMITTED', 'SUPPLIED', 'ACCOUNT_ENTERED']
const DECIDING = ['LINES_REVIEWED', 'PROPOSED', 'SENT_BACK', 'DECIDED', 'DECIDED_IN_PART', 'REJECTED', 'NOT_ACCEPTED']

test('whoever does anything of what a claimant does reviews nothing of the claim', () => {
  for (const kind of APPLYING)
    expect(faultsOf(() => requireNotApplied([kind], 'claimId'))).toEqual(['claimId SECOND_PERSON'])
  for (const kind of [...DECIDING, 'ACCEPTED', 'ASSIGNED', 'PAYMENT_SENT'])
    expect(faultsOf(() => requireNotApplied([kind], 'claimId'))).toEqual([])
})

test('whoever reviews a claim does nothing of what its claimant does', () => {
  for (const kind of [...DECIDING, 'ACCEPTED', 'RETURNED', 'APPEAL_UPHELD', 'RECONSIDERED'])
    expect(faultsOf(() => requireNotReviewed([kind], 'claimId'))).toEqual(['claimId SECOND_PERSON'])
  for (const kind of APPLYING) expect(faultsOf(() => requireNotReviewed([kind], 'claimId'))).toEqual([])
})

const step = (kind: string, by: string) => ({ kind, by })
const reviewing = (history: ReturnType<typeof step>[], by: string) =>
  faultsOf(() => requireNotDecidedBefore(history, by, 'claimId'))

test.each(['APPEAL_UPHELD', 'RECONSIDERED'])(
  'whoever has decided before the last %s reviews nothing after it; others do, and everybody before',
  (opened) => {
    for (const kind of DECIDING) {
      const history = [step('ACCEPTED', 'b'), step(kind, 'a')]
      expect(reviewing(history, 'a')).toEqual([])
      expect(reviewing([...history, step('APPEAL_DISMISSED', 'c')], 'a')).toEqual([])
      const anew = [...history, step(opened, 'c')]
      expect(reviewing(anew, 'a')).toEqual(['claimId DECIDED_BEFORE'])
      expect(reviewing(anew, 'b')).toEqual([])
      // An appeal was somebody else's; whoever takes a decision back unasked does not make the new one.
      expect(reviewing(anew, 'c')).toEqual(opened === 'RECONSIDERED' ? ['claimId DECIDED_BEFORE'] : [])
      expect(reviewing([...anew, step(kind, 'b')], 'b')).toEqual([])
      expect(reviewing([...anew, step(kind, 'b'), step(opened, 'c')], 'b')).toEqual(['claimId DECIDED_BEFORE'])
    }
  },
)

test('whoever has reviewed a line, proposed, confirmed, sent back or decided does not decide an appeal against it', () => {
  for (const kind of DECIDING)
    expect(faultsOf(() => requireUninvolved([kind], 'claimId'))).toEqual(['claimId DECIDED_BEFORE'])
  expect(faultsOf(() => requireUninvolved(['SUPPLIED'], 'claimId'))).toEqual(['claimId SECOND_PERSON'])
  expect(faultsOf(() => requireUninvolved(['ACCEPTED', 'ASSIGNED', 'PAYMENT_SENT'], 'claimId'))).toEqual([])
})

const receiving = (done: string[], isOwner: boolean, isPaidTwice: boolean) =>
  faultsOf(() => requireNotRecovering(done, { isOwner, isPaidTwice }, 'input.recovery'))

test('whoever sees to what is owed back, has decided that it is, or has sent or confirmed what was paid twice, does not note that it came', () => {
  for (const isPaidTwice of [true, false])
    expect(receiving([], true, isPaidTwice)).toEqual(['input.recovery SECOND_PERSON'])
  for (const kind of ['PAYMENT_SENT', 'OVERPAID']) {
    expect(receiving([kind], false, true)).toEqual(['input.recovery SECOND_PERSON'])
    // What was decided anew for less nobody has sent too often.
    expect(receiving([kind], false, false)).toEqual([])
  }
  for (const kind of [...DECIDING, 'RECONSIDERED'])
    expect(receiving([kind], false, false)).toEqual(['input.recovery SECOND_PERSON'])
  expect(receiving(['ACCEPTED', 'RECOVERY_TAKEN'], false, true)).toEqual([])
})

const [OWN, OTHER] = [
  { id: 'a', number: '1' },
  { id: 'b', number: '2' },
]

test.each(['DECIDED', 'PROPOSED', 'LINES_REVIEWED', 'ACCOUNT_ENTERED'])(
  'whoever has %s leaves the payment of a claim to another',
  (kind) => {
    const steps = new Map([
      [OWN.id, [kind]],
      [OTHER.id, ['SUBMITTED']],
    ])
    expect(notOwn([OWN, OTHER], { steps, isNamed: false })).toEqual([OTHER])
    expect(faultsOf(() => notOwn([OWN, OTHER], { steps, isNamed: true }))).toEqual(['input.claims SECOND_PERSON'])
    expect(faultsOf(() => notOwn([OWN], { steps, isNamed: false }))).toEqual(['input.claims SECOND_PERSON'])
    expect(notOwn([], { steps, isNamed: false })).toEqual([])
  },
)
