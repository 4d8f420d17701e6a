import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { publish } from '@yibao/drizzle/outbox'
import type { Identity } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import type { Context } from '../context.ts'
import type { MonthlyStatement } from '../domain/monthly-statement.ts'
import { holdStatement } from '../store/monthly-statement.ts'

/** The staff member that asks; the schema lets nobody else in. */
export function staffOf({ identity }: Pick<Context, 'identity'>): Extract<Identity, { kind: 'staff' }> {
  assert(identity?.kind === 'staff', 'only staff of a bureau reach this')
  return identity
}

/** Holds a statement of the institution that asks, or of the pool whose staff asks; null when there is none. */
export async function holdOwn(tx: Tx, identity: Identity, id: string): Promise<MonthlyStatement | null> {
  const held = uuidFault(id) === null ? await holdStatement(tx, id.toLowerCase()) : null
  if (held === null) return null
  const isOwn =
    identity.kind === 'institution'
      ? held.institution === identity.institution
      : identity.kind === 'staff' && held.pool === identity.pool
  return isOwn ? held : null
}

type Told = Pick<MonthlyStatement, 'id' | 'institution' | 'pool' | 'month' | 'state'>

/** Tells others that a statement has come a step further. */
export async function tellStatement(tx: Tx, statement: Told, at: Temporal.Instant): Promise<void> {
  const { id, institution, pool, month, state } = statement
  await publish(tx, 'settlement', {
    topic: 'statement.ready',
    payload: { statement: id, institution, pool, month, state },
    at,
  })
}
