import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const READY_MS = 300_000

/** A process of the bench; its log lies in a file, so that nobody has to read it while something is measured. */
export interface Program<Ready> {
  readonly pid: number
  /** What it said when it was ready. */
  readonly ready: Ready
  log(): string
  stop(): Promise<void>
}

/**
 * Starts a program of Node with one argument, as JSON, and waits until it prints one line of JSON. It ends with this process,
 * since its standard input does.
 */
export async function startProgram<Ready>(
  file: string,
  argument: object,
  { logFile, cwd }: { readonly logFile: string; readonly cwd?: string },
): Promise<Program<Ready>> {
  const log = openSync(logFile, 'a')
  const child = spawn(process.execPath, [join(cwd ?? import.meta.dirname, file), JSON.stringify(argument)], {
    stdio: ['pipe', 'pipe', log],
    cwd,
  })
  closeSync(log)
  let said = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ended = once(child, 'close')
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  const end = performance.now() + READY_MS
  while (!said.includes('\n')) {
    if (hasEnded() || performance.now() > end) {
      child.kill('SIGKILL')
      throw new Error(`${file} did not become ready: ${said}\n${readFileSync(logFile, 'utf8').slice(-4000)}`)
    }
    await sleep(20)
  }
  return {
    pid: child.pid ?? 0,
    ready: JSON.parse(said) as Ready,
    log: () => readFileSync(logFile, 'utf8'),
    async stop() {
      if (!hasEnded()) child.kill('SIGTERM')
      await ended
    },
  }
}

/** What a program started so does at its end: says it is ready, and goes when it is told to or when who started it is gone. */
export function announce(ready: object, close: () => Promise<void>): void {
  const stop = () => void close().then(() => process.exit(0))
  process.once('SIGTERM', stop)
  process.stdin.once('end', () => process.exit(1)).resume()
  process.stdout.write(`${JSON.stringify(ready)}\n`)
}
