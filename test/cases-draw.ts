import type { Policy } from '@yibao/settlement/domain/policy'
import type { Situation } from '@yibao/settlement/domain/policy-condition'
import { resolvePolicy } from '@yibao/settlement/domain/policy-resolve'
import { split } from '@yibao/settlement/domain/split'
import type { SplitInput } from '@yibao/settlement/domain/split-input'
import { assert, integer, property as holdsFor } from 'fast-check'
import { aimedInput, edgesHit, edgesOf } from './cases-aim.ts'
import { mutate, poolFiles } from './cases-mutate.ts'
import { randomOf, type Random } from './cases-random.ts'
import { situationsOf } from './cases-situations.ts'

const VARIANTS = 8

/** Every shipped policy with mutated variants of its file, and the kinds of cases it tells apart. */
export const subjects = poolFiles.flatMap((file, fileIndex) => {
  const seeds = Array.from({ length: VARIANTS }, (_, i) => fileIndex * VARIANTS + i)
  const variants = seeds.map((seed) => ({ seed, policies: mutate(file, randomOf(seed)) }))
  return (variants[0]?.policies ?? []).map((policy, index) => ({
    name: `${policy.id} ${policy.version}`,
    file,
    variants: variants.map(({ seed, policies }) => ({ seed, policies, policy: policies[index] ?? policy })),
    situations: situationsOf(policy),
  }))
})
export type Subject = (typeof subjects)[number]

export interface Drawn {
  readonly subject: Subject
  readonly policies: readonly Policy[]
  readonly policy: Policy
  readonly situation: Situation
  readonly input: SplitInput
  readonly random: Random
}

/** One of the edges a policy has is chosen, and a bill searched that runs over it. */
function draw(index: number, seed: number): Drawn {
  const random = randomOf(seed)
  const subject = subjects[index % subjects.length]
  if (subject === undefined) throw new Error('no policies')
  const { policies, policy } = random.pick(subject.variants)
  const wanted = random.pick(edgesIn(subject))
  let drawn: Drawn | null = null
  for (let tries = 0; tries < 60; tries++) {
    const situation = random.pick(subject.situations)
    const resolved = resolvePolicy(policy, situation)
    if (drawn !== null && !edgesOf(resolved).includes(wanted)) continue
    const input = aimedInput(policy, situation, random)
    drawn = { subject, policies, policy, situation, input, random }
    if (edgesHit(split(input, policies), resolved).includes(wanted)) break
  }
  if (drawn === null) throw new Error('nothing drawn')
  return drawn
}

const edgesMemo = new Map<Subject, string[]>()
export function edgesIn(subject: Subject): string[] {
  const known = edgesMemo.get(subject)
  if (known !== undefined) return known
  const [first] = subject.variants
  const edges = subject.situations.flatMap((one) =>
    first === undefined ? [] : edgesOf(resolvePolicy(first.policy, one)),
  )
  const found = [...new Set(edges)]
  edgesMemo.set(subject, found)
  return found
}

/** Checks a property on `bills` bills, the policies in turn. */
export function forBills(bills: number, property: (drawn: Drawn) => void): void {
  let turn = 0
  assert(
    holdsFor(integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => property(draw(turn++, seed))),
    { numRuns: bills, endOnFailure: true },
  )
}
