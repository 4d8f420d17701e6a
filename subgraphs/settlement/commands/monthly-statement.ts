import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { notify } from '@yibao/drizzle/notify'
import { publish } from '@yibao/drizzle/outbox'
import type { Identity } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { formatYuan } from '@yibao/schema/money'
import type { Context } from '../context.ts'
import type { MonthlyStatement, StatementState } from '../domain/monthly-statement.ts'
import { findStatement, holdStatement } from '../store/monthly-statement.ts'

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

/** What the institution is told at a step, and the bureau when a month was declared. */
const TOLD: Readonly<Partial<Record<StatementState | 'RETURNED', string>>> = {
  DECLARED: 'statement.declared',
  CHECKED: 'statement.checked',
  CONFIRMED: 'statement.confirmed',
  PAID: 'statement.paid',
  RETURNED: 'statement.returned',
}

interface Telling {
  readonly at: Temporal.Instant
  /** The bank has rejected what was to be paid. */
  readonly returned?: boolean
}

/** Tells others that a statement has come a step further, as it stands in the transaction. */
export async function tellStatement(tx: Tx, id: string, { at, returned = false }: Telling): Promise<void> {
  const statement = await findStatement(tx, id)
  assert(statement !== null, 'a statement that came a step further is there')
  const { institution, pool, month, state } = statement
  await publish(tx, 'settlement', {
    topic: 'statement.ready',
    payload: { statement: id, institution, pool, month, state },
    at,
  })
  const template = TOLD[returned ? 'RETURNED' : state]
  if (template === undefined) return
  const data = {
    month,
    pool,
    fund: formatYuan(statement.fund),
    deducted: formatYuan(statement.deducted),
    transfer: formatYuan(statement.transfer),
    until: statement.appealUntil?.toString() ?? '',
    due: statement.dueOn?.toString() ?? '',
  }
  const notice = { template, data, at, key: `${template}:${id}${returned ? `:${at.toString()}` : ''}` }
  await notify(tx, 'settlement', { ...notice, to: { kind: 'institution', institution } })
  if (state === 'DECLARED') await notify(tx, 'settlement', { ...notice, to: { kind: 'staff', pool } })
}
