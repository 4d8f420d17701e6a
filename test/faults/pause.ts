import type pg from 'pg'
import { expect } from 'vitest'
import type { Child } from './child.ts'

/** A row whose writing is what a test wants to be struck. */
export interface Moment {
  /** `settlement.account` */
  readonly table: string
  readonly event: 'insert' | 'update' | 'delete'
  /** Which of them: `new.balance > old.balance`. Every one unless given. */
  readonly when?: string
}

/** Stops whoever writes such a row for a minute, in the middle of it. */
export async function pauseAt(admin: pg.Pool, { table, event, when = 'true' }: Moment): Promise<void> {
  await admin.query(`create or replace function public.pause() returns trigger language plpgsql
    as $$ begin perform pg_sleep(60); return coalesce(new, old); end $$;
    create trigger pause before ${event} on ${table} for each row when (${when}) execute function public.pause()`)
}

const PAUSED = `from pg_stat_activity where wait_event = 'PgSleep'`

/** Waits until somebody is stopped, kills the platform there, and with it what it had sent to the database. */
export async function killPaused(admin: pg.Pool, platform: Child, { table }: Moment): Promise<void> {
  const paused = async () => (await admin.query(`select 1 ${PAUSED}`)).rowCount
  await expect.poll(paused, { timeout: 120_000, interval: 20 }).toBeGreaterThan(0)
  await platform.end('SIGKILL')
  await admin.query(`select pg_terminate_backend(pid) ${PAUSED}`)
  await admin.query(`drop trigger pause on ${table}`)
}
