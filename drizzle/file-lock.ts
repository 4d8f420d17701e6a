import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'

/** A lock on a file between processes. The operating system lets go of it when its holder dies, however it dies. */
export interface FileLock {
  release(): void
}

/** Takes the lock together with all others who share it; null while someone has it alone. */
export const shareLock = (file: string): FileLock | null => take(file, 'begin; select count(*) from sqlite_master')

/** Takes the lock alone; null while anyone else has it. */
export const tryLock = (file: string): FileLock | null => take(file, 'begin exclusive')

/** Takes the lock alone and waits for it. @throws Error naming the file when it is not free in time. */
export async function waitForLock(file: string, timeoutMs: number): Promise<FileLock> {
  const end = performance.now() + timeoutMs
  for (;;) {
    const lock = tryLock(file)
    if (lock !== null) return lock
    if (performance.now() > end) throw new Error(`another process has held ${file} for more than ${timeoutMs} ms`)
    await sleep(25)
  }
}

const SQLITE_BUSY = 5

/**
 * Node has no file locks; SQLite, which comes with it, takes real ones on its (here empty) database file. A file with a
 * process id in it would be left behind by a kill and could name a process that has nothing to do with us.
 */
function take(file: string, begin: string): FileLock | null {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    database.exec(begin)
    return { release: () => database.close() }
  } catch (error) {
    database.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return null
    throw error
  }
}
