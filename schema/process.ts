import closeWithGrace from 'close-with-grace'
import type { Logger } from './logger.ts'

/** Something the person at the keyboard can put right; shown without a stack. */
export class Advice extends Error {}

/** What stopped a program, for whoever started it. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof Advice) return error.message
  const advice = 'code' in error ? adviceFor(String(error.code)) : null
  return advice === null ? (error.stack ?? error.message) : `${advice} (${error.message})`
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EAI_AGAIN',
  '28P01',
  '3D000',
  '28000',
])
const UNUSABLE = new Set(['EACCES', 'ENOTDIR', 'EEXIST', 'EROFS', 'ENOSPC', 'ENOENT', 'EPERM'])

/** What to do about an error of the machine; null when nobody can say. */
function adviceFor(code: string): string | null {
  if (code === 'EADDRINUSE') return '端口已被占用，请设置 PORT。 The port is taken: set PORT to another one.'
  if (UNREACHABLE.has(code))
    return '数据库无法连接，请检查 DATABASE_URL。 The database cannot be reached: check DATABASE_URL.'
  if (UNUSABLE.has(code)) {
    return '文件或文件夹无法使用，请检查路径与 YIBAO_DATA。 A file or folder cannot be used: check its path and YIBAO_DATA.'
  }
  return null
}

/**
 * Refuses arguments a program does not take, so that a misspelt option is not silently ignored. `--help` shows `usage`.
 *
 * @throws Advice with the usage.
 */
export function takeNoArguments(args: readonly string[], usage: string): void {
  if (args.length > 0) throw new Advice(usage)
}

interface Failing {
  /** Exit code of a program that threw. */
  readonly exitCode?: number
  /** Says what it threw in words of its own. */
  readonly words?: (error: unknown) => string
}

/** Runs a program to its end, or until it serves; it may answer an exit code. What it throws is explained on standard error. */
export async function runMain(
  main: () => Promise<number | void>,
  { exitCode = 1, words = explain }: Failing = {},
): Promise<void> {
  try {
    const answered = await main()
    if (typeof answered === 'number') process.exitCode = answered
  } catch (error) {
    process.stderr.write(`${words(error)}\n`)
    process.exitCode = exitCode
  }
}

const GRACE_MS = 15_000

/**
 * Closes a process that serves when it is told to stop (exit code 0) or meets an error nobody caught (1). To be called
 * once it serves: a start that failed must not end as if it had been told to.
 */
export function closeWhenStopped(logger: Logger, close: () => Promise<void>): void {
  const hard = { error: (reason: unknown) => logger.error({ err: reason }, 'could not close as it should') }
  closeWithGrace({ delay: GRACE_MS, logger: hard }, async ({ err }) => {
    if (err) logger.error({ err }, 'stopped by an error')
    await close()
  })
}
