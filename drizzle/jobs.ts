import type { Logger } from '@yibao/schema/logger'
import { PgBoss } from 'pg-boss'
import { sessionOptions, withClient } from './client.ts'
import { jobsOwner, readPrefix } from './roles.ts'

const CONNECTIONS = 3
/** A process that died in the middle of a job is noticed after two missed signs of life. */
const HEARTBEAT_SECONDS = 10
const RENEW_MS = 60_000

export interface Jobs {
  /**
   * Runs `handler` about every `seconds`, counted from the end of the last run, in one process at a time however many
   * processes ask for it. A run that throws is logged and does not stop the next. The handler must bear being run
   * twice: a process can die after the work and before it could say so.
   */
  every(name: string, seconds: number, handler: () => Promise<void>): Promise<void>
  /** Waits a moment for what is running; the rest is done by another process, or after the next start. */
  stop(): Promise<void>
}

/** Connects to the job queue of a migrated database, with at most three connections. */
export async function createJobs({ url, logger }: { url: string; logger: Logger }): Promise<Jobs> {
  const boss = new PgBoss({ ...(await bossOptions(url)), monitorIntervalSeconds: HEARTBEAT_SECONDS, migrate: false })
  // Outages among them; pg-boss goes on by itself when the database is back.
  boss.on('error', (error) => logger.warn({ err: error }, 'the job queue met an error'))
  await boss.start()
  const timers: NodeJS.Timeout[] = []

  return {
    async every(name, seconds, handler) {
      await ensureQueue(boss, name)
      // No more than one job waits and one runs ("stately"), so asking once more than needed does no harm.
      const next = (startAfter: number) => boss.send(name, null, { startAfter })
      await boss.work(name, { pollingIntervalSeconds: Math.min(2, Math.max(0.5, seconds / 4)) }, async () => {
        await handler().catch((error: unknown) => logger.error({ err: error, job: name }, 'a job failed'))
        await next(seconds)
      })
      await next(0)
      // Should the chain ever break, every process is ready to begin it again.
      const timer = setInterval(() => void next(seconds).catch(() => {}), Math.max(RENEW_MS, 2000 * seconds))
      timers.push(timer.unref())
    },
    async stop() {
      for (const timer of timers) clearInterval(timer)
      await boss.stop({ graceful: true, timeout: 10_000 })
    },
  }
}

/** pg-boss's own cron knows whole minutes only, so a job asks for the next one when it is done. */
async function ensureQueue(boss: PgBoss, name: string): Promise<void> {
  await boss.createQueue(name, {
    policy: 'stately',
    heartbeatSeconds: HEARTBEAT_SECONDS,
    retryLimit: 1_000_000,
    retryDelay: 1,
    deleteAfterSeconds: 3600,
  })
}

/** Makes or updates the tables of the job queue, as their owner. Part of the migration. */
export async function migrateJobs(url: string): Promise<void> {
  const boss = new PgBoss({ ...(await bossOptions(url)), migrate: true, supervise: false })
  boss.on('error', () => {})
  await boss.start()
  await boss.stop({ graceful: false })
}

async function bossOptions(url: string) {
  const name = 'yibao jobs'
  const role = jobsOwner(await withClient({ url, name }, readPrefix))
  const { options = '' } = sessionOptions({ url, name, role })
  return {
    connectionString: url,
    application_name: name,
    options,
    max: CONNECTIONS,
    schema: 'pgboss',
    createSchema: false,
    schedule: false,
  }
}
