import { systemClock } from '@yibao/schema/dates'
import { sql } from 'drizzle-orm'
import type { Database, Tx } from './connect.ts'

const REFRESH_MS = 1000

/** The clock of a sandbox: it runs as ours does, and is moved on by those who try things out. */
export interface SandboxClock {
  readonly now: () => Temporal.Instant
  /** Moves it on to `to`, in the transaction of the request; `refresh` afterwards makes it so at once. */
  readonly moveTo: (tx: Tx, to: Temporal.Instant) => Promise<void>
  readonly refresh: () => Promise<void>
  readonly close: () => void
}

/** The database is a sandbox and was started as none, or the other way round. */
export class NotThatKind extends Error {}

/**
 * Opens the clock of a sandbox; it stands in the database, so that it goes on after a restart and all processes agree.
 *
 * @throws NotThatKind when the database was in use before it became a sandbox
 */
export async function openSandboxClock(institutions: Database): Promise<SandboxClock> {
  const { orm } = institutions
  await orm.execute(sql`
    insert into institutions.sandbox_clock (ahead_ms, moved_at)
    select 0, now() where not exists (select from institutions.institution)
    on conflict do nothing`)
  const found = await readAhead(institutions)
  if (found === null) {
    throw new NotThatKind(
      '该数据库已有机构，不是沙箱库；请为沙箱另用一个空库。 ' +
        'This database has institutions and is no sandbox; give the sandbox an empty one.',
    )
  }
  let ahead = found
  const refresh = async () => {
    ahead = (await readAhead(institutions)) ?? ahead
  }
  const timer = setInterval(() => void refresh().catch(() => {}), REFRESH_MS).unref()
  return {
    now: () => systemClock().add({ milliseconds: ahead }),
    async moveTo(tx, to) {
      const wanted = to.epochMilliseconds - systemClock().epochMilliseconds
      await tx.execute(sql`
        update institutions.sandbox_clock set ahead_ms = greatest(ahead_ms, ${wanted}::bigint), moved_at = now()`)
    },
    refresh,
    close: () => clearInterval(timer),
  }
}

/** @throws NotThatKind when the database is that of a sandbox */
export async function refuseSandbox(institutions: Database): Promise<void> {
  if ((await readAhead(institutions)) === null) return
  throw new NotThatKind(
    '该数据库是沙箱库；请用 YIBAO_SANDBOX=1 启动，或换一个库。 ' +
      'This database is that of a sandbox; start it with YIBAO_SANDBOX=1, or use another one.',
  )
}

async function readAhead({ orm }: Database): Promise<number | null> {
  const { rows } = await orm.execute<{ ahead: string }>(
    sql`select ahead_ms::text as ahead from institutions.sandbox_clock`,
  )
  return rows[0] === undefined ? null : Number(rows[0].ahead)
}
