import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { dayOf } from '@yibao/schema/dates'
import { callerOf } from '@yibao/schema/identity'
import { Busy } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { declaredToday, noStatement, nothingToDeclare, wrongState } from '../domain/clearing-refusals.ts'
import { readDeclaredMonth, type DeclareMonthInput } from '../domain/declare-month.ts'
import { idFloor } from '../domain/settlement-id.ts'
import { addRun, findCollecting, findDeclarable } from '../store/clearing-run.ts'
import { addClosedPeriod } from '../store/closed-periods.ts'
import { listAgencies } from '../store/clearing-agencies.ts'
import { releaseStatement, setStatement } from '../store/monthly-statement.ts'
import { collectRun } from './clearing-collect.ts'
import { holdOwn, tellStatement } from './monthly-statement.ts'

const FIRST_ID = idFloor(Temporal.Instant.fromEpochMilliseconds(0))

/**
 * Declares a month of an institution: its own system all of it, staff of a bureau the part they clear. Every
 * reconciled settlement up to the end of the month that stands in no statement goes into one. Answers the run; what is
 * not collected within this request is collected in the background.
 */
export async function declareMonth(context: Context, requestId: string, input: DeclareMonthInput): Promise<string> {
  const { identity, db } = context
  assert(identity?.kind === 'institution' || identity?.kind === 'staff', 'the schema lets nobody else in')
  const own = identity.kind === 'institution' ? identity.institution : null
  const pool = identity.kind === 'staff' ? identity.pool : null
  const now = context.now()
  const asked = { identity, requestId, operation: 'declareMonth', input, now }
  const { run } = await once(db, asked, async (tx) => {
    const { institution, month, before } = readDeclaredMonth(input, own, now)
    if ((await findCollecting(tx, institution)) !== null) throw Busy.of(UNDER_WAY)
    const today = dayOf(now)
    const found = await findDeclarable(tx, { institution, pool, month, before, today })
    if (!found.today) throw found.any ? declaredToday() : nothingToDeclare()
    await closeMonth(tx, { institution, month, closedBy: callerOf(identity), closedAt: now })
    const id = context.newId(now)
    await addRun(tx, {
      id,
      institution,
      pool,
      month,
      state: 'COLLECTING',
      declaredBy: callerOf(identity),
      declaredOn: today,
      declaredAt: now,
      beforeId: before,
      afterId: FIRST_ID,
    })
    return { run: id }
  })
  await collectRun(context, run, own ?? input.institution ?? null)
  return run
}

const UNDER_WAY = {
  zh: '该机构的申报正在归集，请原样重试',
  en: 'a declaration of this institution is being collected, send the same request again',
}

interface Closing {
  readonly institution: string
  readonly month: string
  readonly closedBy: string
  readonly closedAt: Temporal.Instant
}

/** From now on what is taken back of the month is a correction, whoever clears with the institution. */
async function closeMonth(tx: Tx, { institution, month, ...closing }: Closing): Promise<void> {
  for (const pool of await listAgencies(tx, institution, month)) {
    await addClosedPeriod(tx, { kind: 'MONTH', pool, scope: institution, period: month }, closing)
  }
}

/** Withdraws a declaration that nobody has begun to check (3204): its settlements may be declared again. */
export async function withdrawStatement(context: Context, requestId: string, statement: string): Promise<string> {
  const { identity, db } = context
  assert(identity?.kind === 'institution' || identity?.kind === 'staff', 'the schema lets nobody else in')
  const now = context.now()
  const asked = { identity, requestId, operation: 'withdrawStatement', input: { statement }, now }
  const { id } = await once(db, asked, async (tx) => {
    const held = await holdOwn(tx, identity, statement)
    if (held === null) throw noStatement()
    if (held.state !== 'DECLARED') throw wrongState(held.state)
    await releaseStatement(tx, held.id)
    await setStatement(tx, held.id, { state: 'WITHDRAWN', withdrawnAt: now })
    await tellStatement(tx, held.id, { at: now })
    return { id: held.id }
  })
  return id
}
