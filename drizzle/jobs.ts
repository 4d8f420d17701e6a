import type { Logger } from '@yibao/schema/logger'
import { setTimeout as sleep } from 'node:timers/promises'
import { PgBoss } from 'pg-boss'
import { KEEP_ALIVE_MS, sessionOptions, withClient, type Session } from './client.ts'
import { jobsOwner, readPrefix } from './roles.ts'

const CONNECTIONS = 3
/** A running job gives a sign of life every five seconds; one that gave none for so long is taken from its process. */
const HEARTBEAT_SECONDS = 10
/** How often that is looked for. */
const SUPERVISE_SECONDS = 10
const BEAT_MS = 5000
const RENEW_MS = 60_000
const RENEW_MOST_MS = 3_600_000
/**
 * How often it is looked which jobs are due: one statement for all of some fifty. With a look for each of them, as pg-boss's own
 * workers do, a platform made 85 statements a second for its jobs, and now makes 40.
 */
const LOOK_MS = 500
const STOP_MS = 10_000
/** A statement to the queue that was not answered for so long is on a connection whose server is gone. */
const ANSWER_MS = 60_000
/** The server gives up before: a statement that waits for a lock does not notice that nobody waits for it, and keeps its connection. */
const STATEMENT_MS = 50_000
/** How long the queue may take to be closed once the jobs have ended. */
const CLOSE_MS = 2_000
/** A run that has not ended for so long hangs; it is left to itself and another one is begun, in this process or another. */
const RUN_SECONDS = 3600
/** All processes read the clock of a sandbox every second. */
const HASTEN_SECONDS = 2
/** Jobs that are done are forgotten after so long: the queue counts all of them at each look. */
const KEPT_SECONDS = 600

/**
 * No more than one job of a name waits or runs. Not "stately", which lets one wait while one runs: a queue of that kind
 * remembers for a minute that a job was running when the queue was last counted, and starts no other meanwhile.
 */
const POLICY = 'exclusive'

export interface Jobs {
  /**
   * Runs `handler` about every `seconds`, counted from the end of the last run, in one process at a time however many
   * processes ask for it. A run that throws is logged and does not stop the next. The handler must bear being run
   * twice: a process can die after the work and before it could say so.
   */
  every(name: string, seconds: number, handler: () => Promise<void>): Promise<void>
  /**
   * Has every job that waits run in a moment, also one that is due in an hour: where time was moved on, something may be due
   * at once. The moment is long enough for all processes to know the new time.
   */
  hasten(): Promise<void>
  /** Waits a moment for what is running; the rest is done by another process, or after the next start. */
  stop(): Promise<void>
}

interface JobsOptions {
  readonly url: string
  readonly logger: Logger
  /** After how long a run is taken for hung; an hour unless said otherwise. */
  readonly runSeconds?: number
}

/** Connects to the job queue of a migrated database, with at most three connections. */
export async function createJobs({ url, logger, runSeconds = RUN_SECONDS }: JobsOptions): Promise<Jobs> {
  const boss = new PgBoss(await workingOptions(url))
  // Outages among them; both pg-boss and the look go on by themselves when the database is back.
  const warn = (err: unknown) => logger.warn({ err }, 'the job queue met an error')
  const failed = (err: unknown) => (warn(err), false)
  boss.on('error', warn)
  await boss.start()
  const jobs = new Map<string, () => Promise<void>>()
  const running = new Map<string, Promise<void>>()
  const timers = new Set<NodeJS.Timeout>()
  const stopping = new AbortController()
  const { signal } = stopping

  async function look(): Promise<void> {
    const idle = [...jobs.keys()].filter((name) => !running.has(name))
    for (const name of idle.length === 0 ? [] : await dueOf(boss, idle)) {
      const run = jobs.get(name)
      if (run === undefined || signal.aborted) continue
      running.set(
        name,
        run()
          .catch(warn)
          .finally(() => running.delete(name)),
      )
    }
  }
  const looking = repeat(() => look().catch(warn), LOOK_MS, signal)

  return {
    async every(name, seconds, handler) {
      await ensureQueue(boss, name)
      // Where one waits or runs, nothing happens, so asking once more than needed does no harm.
      const next = (startAfter: number) => boss.send(name, null, { startAfter, expireInSeconds: runSeconds })
      await next(0)
      jobs.set(name, async () => {
        const taken = await boss.fetch(name, { includeMetadata: true })
        // Another process was first.
        if (taken.length === 0) return
        const beat = setInterval(() => void boss.touch(name, taken).catch(warn), BEAT_MS)
        timers.add(beat)
        await withinSeconds(runSeconds, handler)
          .catch((error: unknown) => logger.error({ err: error, job: name }, 'a job failed'))
          .finally(() => {
            clearInterval(beat)
            timers.delete(beat)
          })
        await boss.complete(name, taken)
        // What is completed and not asked for again would stand still until the chain is begun anew.
        while (!signal.aborted && !(await next(seconds).then(() => true, failed))) await sleep(LOOK_MS)
      })
      // Should the chain ever break, every process is ready to begin it again.
      const renewMs = Math.min(RENEW_MOST_MS, Math.max(RENEW_MS, 2000 * seconds))
      const timer = setInterval(() => void next(0).catch(() => {}), renewMs)
      timers.add(timer.unref())
    },
    async hasten() {
      await boss.getDb().executeSql(
        `update pgboss.job set start_after = now() + $1::interval
         where state in ('created', 'retry') and start_after > now() + $1::interval`,
        [`${HASTEN_SECONDS} seconds`],
      )
    },
    async stop() {
      stopping.abort()
      for (const timer of timers) clearInterval(timer)
      const ended = looking.then(() => Promise.all(running.values()))
      await Promise.race([ended, sleep(STOP_MS, undefined, { ref: false })])
      await Promise.race([boss.stop({ graceful: false }).catch(warn), sleep(CLOSE_MS, undefined, { ref: false })])
    },
  }
}

/** Which of these jobs are due, in whatever process. */
async function dueOf(boss: PgBoss, names: readonly string[]): Promise<string[]> {
  const { rows } = await boss.getDb().executeSql(
    `select name from pgboss.job
     where name = any($1) and state < 'active' and not blocked and start_after <= now()`,
    [names],
  )
  return rows.map((row: { name: string }) => row.name)
}

/** Waits for some work no longer than so many seconds. */
async function withinSeconds(seconds: number, work: () => Promise<void>): Promise<void> {
  const done = new AbortController()
  const late = async () => {
    await sleep(seconds * 1000, undefined, { signal: done.signal, ref: false })
    throw new Error(`a run did not end within ${seconds} seconds`)
  }
  try {
    await Promise.race([Promise.try(work), late()])
  } finally {
    done.abort()
  }
}

/** Does something over and over with a pause between, until it is told to stop. */
async function repeat(work: () => Promise<void>, pauseMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await work()
    await sleep(pauseMs, undefined, { signal }).catch(() => {})
  }
}

/** pg-boss's own cron knows whole minutes only, so a job asks for the next one when it is done. */
async function ensureQueue(boss: PgBoss, name: string): Promise<void> {
  await boss.createQueue(name, {
    policy: POLICY,
    heartbeatSeconds: HEARTBEAT_SECONDS,
    retryLimit: 1_000_000,
    retryDelay: 1,
    deleteAfterSeconds: KEPT_SECONDS,
  })
}

/** Makes or updates the tables of the job queue, as their owner. Part of the migration. */
export async function migrateJobs(url: string): Promise<void> {
  const boss = new PgBoss({ ...(await bossOptions(url)), migrate: true, supervise: false })
  boss.on('error', () => {})
  await boss.start()
  // A queue keeps the policy it was made with; it is made anew by the process that works on it.
  for (const { name, policy } of await boss.getQueues()) if (policy === 'stately') await boss.deleteQueue(name)
  await boss.stop({ graceful: false })
}

/** Those of a process that works on the queue. The library hands what it does not know to the driver as it is. */
const workingOptions = async (url: string) => ({
  ...(await bossOptions(url, { statement_timeout: `${STATEMENT_MS}ms` })),
  superviseIntervalSeconds: SUPERVISE_SECONDS,
  monitorIntervalSeconds: SUPERVISE_SECONDS,
  maintenanceIntervalSeconds: KEPT_SECONDS,
  migrate: false,
  keepAlive: true,
  keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  query_timeout: ANSWER_MS,
})

async function bossOptions(url: string, settings: Session['settings'] = {}) {
  const name = 'yibao jobs'
  const role = jobsOwner(await withClient({ url, name }, readPrefix))
  const { options = '' } = sessionOptions({ url, name, role, settings })
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
