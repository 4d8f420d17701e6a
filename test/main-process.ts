import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const ROOT = join(import.meta.dirname, '..')
const READY_MS = 180_000

/** A part of the platform as a process of its own. */
export interface MainProcess {
  /** What it has written so far. */
  said(): string
  /** Resolves with its exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>
  /** Resolves with its address once it serves; rejects when it ends before. */
  ready(): Promise<string>
  /** Asks it to stop, and resolves with its exit code. */
  stop(): Promise<number | null>
}

/** Runs `<folder>/main.ts` with this environment and nothing else of ours. */
export function runMain(folder: string, env: Readonly<Record<string, string>>): MainProcess {
  const { PATH = '' } = process.env
  const file = join(ROOT, folder, 'main.ts')
  const child = spawn(process.execPath, [file], { env: { PATH, ...env }, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const address = () => /"port":(\d+),"msg":"[a-z-]+ ready"/.exec(said)?.[1]
  return {
    said: () => said,
    ended,
    async ready() {
      const end = performance.now() + READY_MS
      while (address() === undefined) {
        if (child.exitCode !== null || performance.now() > end) throw new Error(`${folder} does not serve:\n${said}`)
        await sleep(20)
      }
      return `http://127.0.0.1:${address()}`
    },
    stop() {
      child.kill('SIGTERM')
      return ended
    },
  }
}
