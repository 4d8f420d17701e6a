import assert from 'node:assert/strict'
import { once } from '@yibao/drizzle/once'
import { callerOf, type Identity } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import {
  checkSize,
  impactIsOver,
  impactRuns,
  readImpact,
  type ImpactInput,
  type ImpactPeriod,
} from '../domain/policy-impact-draft.ts'
import { idFloor } from '../domain/settlement-id.ts'
import { addImpact, cancelImpact, findImpact, hasOpenImpact, type Impact } from '../store/policy-impact.ts'
import { readFrame } from '../store/policy-impact-past.ts'

const ZONE = 'Asia/Shanghai'

/**
 * Asks for a draft of the pool's policies to be tried on what was settled in a period; a worker does it. Settlements
 * made after the moment of asking are left out, whatever the period says.
 */
export async function startPolicyImpact(context: Context, requestId: string, input: ImpactInput): Promise<Impact> {
  const identity = staffOf(context)
  const { pool } = identity
  const at = context.now()
  checkSize(input.draft)
  const frame = await readFrame()
  let period: ImpactPeriod | null = null
  // Reading a draft takes time. While another one is tried none is read; what a request found out already is.
  const read = () => (period ??= readImpact(input, { pool, frame }))
  if (!(await context.read((tx) => hasOpenImpact(tx, pool)))) read()
  const asked = { identity, requestId, operation: 'startPolicyImpact', input, now: at }
  const { id } = await once(context.db, asked, async (tx) => {
    if (await hasOpenImpact(tx, pool)) throw impactRuns()
    const { from, to, asOf } = read()
    const [end, present] = [beginOf(to.add({ days: 1 })), idFloor(at)]
    const before = end < present ? end : present
    const one = { id: context.newId(at), pool, caller: callerOf(identity), draft: input.draft, from, to, asOf, at }
    await addImpact(tx, { ...one, first: beginOf(from), before })
    return { id: one.id }
  })
  return policyImpact(context, id)
}

/** Stops a trial that is under way; what it had found so far stays. */
export async function cancelPolicyImpact(context: Context, requestId: string, id: string): Promise<Impact> {
  const identity = staffOf(context)
  const now = context.now()
  const asked = { identity, requestId, operation: 'cancelPolicyImpact', input: { id }, now }
  await once(context.db, asked, async (tx) => {
    const found = uuidFault(id) === null ? await findImpact(tx, id) : null
    if (found === null || found.pool !== identity.pool) throw notFound()
    if (found.state !== 'CANCELLED' && !(await cancelImpact(tx, id, now))) throw impactIsOver()
    return null
  })
  return policyImpact(context, id)
}

/** A trial of whose progress and sums somebody asks. Throws NotFound for whoever may not know. */
export async function policyImpact(context: Context, id: string): Promise<Impact> {
  const found = uuidFault(id) === null ? await context.read((tx) => findImpact(tx, id)) : null
  if (found === null) throw notFound()
  return found
}

/** The smallest id of a day. */
const beginOf = (day: Temporal.PlainDate): string => idFloor(day.toZonedDateTime(ZONE).toInstant())

const notFound = () => NotFound.of({ zh: '该政策影响测算', en: 'the trial of a draft' }, 'id')

function staffOf({ identity }: Context): Extract<Identity, { kind: 'staff' }> {
  assert(identity?.kind === 'staff', 'only staff of a bureau reach this')
  return identity
}
