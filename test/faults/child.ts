import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PlatformProcessOptions } from './platform-process.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const READY_MS = 240_000

/** A process of the platform that a test has started. */
export interface Child {
  readonly pid: number
  /** `http://127.0.0.1:4000` */
  readonly address: string
  /** Everything it has said so far, on both channels. */
  output(): string
  /** Says a line to it. */
  tell(line: string): void
  /** Sends a signal and waits for the end; the exit code, or null when the signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

/** The platform on a database that is there already. */
export const startProcess = (options: PlatformProcessOptions): Promise<Child> =>
  ready(['test/faults/platform-process.ts', JSON.stringify(options)], {})

/** `npm start` in a data folder of its own, as a user runs it. */
export function startWhole(dataDir: string, port: number, settings: Record<string, string> = {}): Promise<Child> {
  const [args, environment] = wholeArgs(dataDir, port)
  return ready(args, { ...environment, ...settings })
}

const wholeArgs = (dataDir: string, port: number): [string[], Record<string, string>] => [
  ['start.ts'],
  { YIBAO_DATA: dataDir, PORT: String(port), HOST: '127.0.0.1', DATABASE_URL: '', NODE_ENV: '' },
]

/** Runs a program of the repository to its end. */
export async function run(
  args: readonly string[],
  environment: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const { child, output } = launch(args, environment)
  const code = await ended(child)
  return { code, output: output() }
}

/** `npm start` that is expected to end by itself. */
export const runWhole = (dataDir: string, port: number) => run(...wholeArgs(dataDir, port))

/** `npm start` that has only just begun. */
export const launchWhole = (dataDir: string, port: number) => launch(...wholeArgs(dataDir, port))

function launch(args: readonly string[], environment: Record<string, string>) {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    // How often a test is repeated is no setting of the platform.
    env: { ...withoutEmpty({ ...process.env, YIBAO_RUNS: '', YIBAO_SEED: '', ...environment }) },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const said: Buffer[] = []
  for (const channel of [child.stdout, child.stderr]) channel.on('data', (chunk: Buffer) => said.push(chunk))
  return { child, output: () => Buffer.concat(said).toString('utf8') }
}

const withoutEmpty = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
  return child.exitCode
}

async function ready(args: readonly string[], environment: Record<string, string>): Promise<Child> {
  const { child, output } = launch(args, environment)
  const end = performance.now() + READY_MS
  for (;;) {
    const [, address] = /^ready {2}(http\S+)\/graphql/m.exec(output()) ?? []
    if (address !== undefined) {
      return {
        pid: child.pid ?? 0,
        address,
        output,
        tell: (line) => void child.stdin.write(`${line}\n`),
        end: (signal) => {
          child.kill(signal)
          return ended(child)
        },
      }
    }
    if (child.exitCode !== null || child.signalCode !== null || performance.now() > end) {
      child.kill('SIGKILL')
      throw new Error(`${args[0]} did not become ready:\n${output()}`)
    }
    await sleep(20)
  }
}
