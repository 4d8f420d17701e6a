import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Advice } from '@yibao/schema/process'
import { connect } from '@yibao/drizzle/connect'
import { startEmbedded } from '@yibao/drizzle/embedded'
import { tokenOf } from '../faults/tokens.ts'
import { HOSPITAL } from './bills.ts'
import { serverOf, withCpu, type Cpu } from './cpu.ts'
import { crossCheck, type Told } from './cross-check.ts'
import { byCredential } from './eligibility.ts'
import { closedLoop, percentile, type LoadResult } from './load.ts'
import { asked } from './asked.ts'
import { ABOUT_ME } from './peers.ts'
import { startProgram, type Program } from './program.ts'
import { interleaved, ratios, spreadOf, type Spread } from './rounds.ts'
import { bills, rateOf } from './settling.ts'

interface Compared {
  /** Requests a second of this working tree, and of the other commit. */
  readonly here: Spread | null
  readonly there: Spread | null
  /** This working tree to the other commit, round by round. */
  readonly ratio: Spread | null
  /** CPU of Node for one request, likewise. */
  readonly cpuRatio: Spread | null
  readonly p99Ratio: Spread | null
}

export interface CompareResult {
  readonly commit: string
  readonly settle: Compared
  readonly eligibility: Compared
  /** A question to all four subgraphs. */
  readonly query: Compared
  readonly differences: readonly string[]
}

interface CompareSettings {
  readonly rounds: number
  readonly seconds: number
  readonly warmUpSeconds: number
  readonly persons: number
  readonly inFlight: number
  readonly say: (text: string) => void
}

const ROOT = join(import.meta.dirname, '..', '..')
const run = promisify(execFile)
/** What the other commit is given to start itself with. */
const COPIED = ['side-process.ts', 'program.ts']

/** This working tree and another commit, each with a database of its own on one server, in alternation. */
export async function compareWith(commit: string, settings: CompareSettings): Promise<CompareResult> {
  const folder = await mkdtemp(join(tmpdir(), 'yibao-compare-'))
  await run('chmod', ['755', folder])
  const closing: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })]
  try {
    const checkout = await checkOut(commit, folder, settings.say)
    const embedded = await startEmbedded({ dataDir: join(folder, 'data'), durable: true })
    closing.push(() => embedded.stop())
    const open = async (name: 'here' | 'there', cwd: string) => {
      settings.say(`the platform ${name}`)
      const side = await openSide(await embedded.beside(`yibao_${name}`), join(folder, name), { cwd, ...settings })
      closing.push(() => side.program.stop())
      return side
    }
    const [here, there] = [await open('here', ROOT), await open('there', checkout)]
    return { commit, ...(await compare({ here, there }, await serverOf(embedded.url), settings)) }
  } finally {
    for (const close of closing.toReversed()) await close()
  }
}

async function checkOut(commit: string, folder: string, say: CompareSettings['say']): Promise<string> {
  const checkout = join(folder, 'checkout')
  const { stdout } = await run('git', ['-C', ROOT, 'rev-parse', '--verify', `${commit}^{commit}`]).catch(() => {
    throw new Advice(`${commit} names no commit here`)
  })
  await run('git', ['clone', '--quiet', '--shared', '--no-checkout', ROOT, checkout])
  await run('git', ['-C', checkout, 'checkout', '--quiet', stdout.trim()])
  say('npm ci of the other commit')
  await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: checkout, maxBuffer: 2 ** 26 })
  await mkdir(join(checkout, 'test', 'bench'), { recursive: true })
  for (const name of COPIED) await copyFile(join(import.meta.dirname, name), join(checkout, 'test', 'bench', name))
  return checkout
}

interface Side {
  readonly program: Program<{ readonly address: string }>
  readonly graphql: string
  readonly databaseUrl: string
  readonly told: Told[]
  readonly tokens: { readonly hospital: string; readonly person: string }
  /** Before they end, which is after five minutes. */
  renew(): Promise<void>
}

async function openSide(
  databaseUrl: string,
  dataDir: string,
  { cwd, persons }: { readonly cwd: string; readonly persons: number },
): Promise<Side> {
  await mkdir(dataDir)
  const options = { databaseUrl, dataDir, persons }
  const program = await startProgram<{ address: string }>('test/bench/side-process.ts', options, {
    logFile: join(dataDir, 'platform.log'),
    cwd,
  })
  const { address } = program.ready
  const tokens = { hospital: '', person: '' }
  let until = 0
  return {
    program,
    graphql: `${address}/graphql`,
    databaseUrl,
    told: [],
    tokens,
    async renew() {
      if (performance.now() < until) return
      tokens.hospital = await tokenOf(address, dataDir, HOSPITAL)
      tokens.person = await tokenOf(address, dataDir, asked().personNumber)
      until = performance.now() + 120_000
    },
  }
}

type Kind = 'settle' | 'eligibility' | 'query'

function loadOf(kind: Kind, side: Side, persons: number) {
  const { graphql: url, tokens, told } = side
  const token = async () => (kind === 'query' ? tokens.person : tokens.hospital)
  if (kind === 'settle') return bills({ url, token, persons, told })
  if (kind === 'eligibility') return byCredential({ url, token, persons })
  return { url, token, body: () => ABOUT_ME.body, onAnswer: ABOUT_ME.onAnswer }
}

interface Taken {
  readonly answer: LoadResult
  readonly cpu: Cpu
}

async function compare(
  sides: { readonly here: Side; readonly there: Side },
  postgres: number | null,
  { rounds, seconds, warmUpSeconds, persons, inFlight, say }: CompareSettings,
): Promise<Omit<CompareResult, 'commit'>> {
  const errors: string[] = []
  async function load(kind: Kind, side: Side, duration: number): Promise<Taken> {
    await side.renew()
    const processes = { node: [side.program.pid], postgres }
    const taken = await withCpu(processes, () =>
      closedLoop({ ...loadOf(kind, side, persons), inFlight, seconds: duration }),
    )
    if (taken.answer.errors > 0) errors.push(`${kind}: ${taken.answer.errors} answers were errors`)
    return taken
  }
  async function measure(kind: Kind): Promise<Compared> {
    say(`${kind}: both in alternation, ${rounds} rounds of ${seconds} s each`)
    for (const side of [sides.here, sides.there]) await load(kind, side, warmUpSeconds)
    const taken = await interleaved(rounds, {
      here: () => load(kind, sides.here, seconds),
      there: () => load(kind, sides.there, seconds),
    })
    const of = (what: (one: Taken) => number | null) => [taken.here.map(what), taken.there.map(what)] as const
    const [here, there] = of(({ answer }) => rateOf(answer))
    const cpu = of(({ answer, cpu: { node } }) => (node === null ? null : node / answer.answers))
    const p99 = of(({ answer }) => percentile(answer.latenciesMs, 0.99))
    return {
      here: spreadOf(here),
      there: spreadOf(there),
      ratio: spreadOf(ratios(here, there)),
      cpuRatio: spreadOf(ratios(...cpu)),
      p99Ratio: spreadOf(ratios(...p99)),
    }
  }
  const results = {
    settle: await measure('settle'),
    eligibility: await measure('eligibility'),
    query: await measure('query'),
  }
  say('cross-check of both')
  return { ...results, differences: [...errors, ...(await checkOf(sides.here)), ...(await checkOf(sides.there))] }
}

async function checkOf({ databaseUrl: url, told }: Side): Promise<string[]> {
  const db = await connect({ url, schema: 'settlement' })
  try {
    return await crossCheck(db, told)
  } finally {
    await db.close()
  }
}
