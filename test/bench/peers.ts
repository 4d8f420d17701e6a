import assert from 'node:assert/strict'
import { join } from 'node:path'
import { withCpu } from './cpu.ts'
import type { Told } from './cross-check.ts'
import { asked } from './asked.ts'
import { closedLoop, type LoadResult } from './load.ts'
import type { Make, PeerOptions, PeerReady } from './peer-makes.ts'
import { startProgram, type Program } from './program.ts'
import { interleaved, ratios, spreadOf, type Spread } from './rounds.ts'
import { rateOf, settleFor } from './settling.ts'
import type { BenchWorld } from './world.ts'

interface PeerResult {
  /** CPU of the gateway's process. */
  readonly cpuMs: Spread | null
  readonly perSecond: Spread | null
}

interface Operation {
  readonly gateways: Readonly<Record<Make, PeerResult>>
  /** CPU of ours without checks, of that of Apollo Gateway, round by round: as shipped, with its subgraphs in one process. */
  readonly ratioToApollo: Spread | null
  /** The same with the subgraphs of both over HTTP. */
  readonly remoteToApollo: Spread | null
  /** That to Apollo Gateway in the frame of ours. */
  readonly remoteToApolloLean: Spread | null
}

export interface PeersResult {
  /** One subgraph: `settle` with ten lines. */
  readonly mutation: Operation
  /** All four: a person with what covers them, account, filings, and last bills with the hospital of each. */
  readonly query: Operation
}

const MAKES = ['apollo', 'apolloLean', 'hive', 'yibao', 'yibaoChecked', 'yibaoRemote', 'yibaoRemoteChecked'] as const
const isChecked = (make: Make): boolean => make.endsWith('Checked')
const IN_FLIGHT = 16
const TOKEN_MS = 200_000

/** A question that all four subgraphs have to answer. */
export const ABOUT_ME = {
  body: JSON.stringify({
    query: `query AboutMe {
      me {
        id personNumber name identityMasked
        enrolments { id pool insuranceType personType status beginOn }
        account { balance current history }
        accumulators { name period amount }
        filings { id type state }
        settlements(first: 5) {
          ... on SettlementConnection {
            edges { node { id number total fundTotal cash institution { code name level kind } } }
          }
        }
      }
    }`,
  }),
  onAnswer: (_n: number, answer: unknown) => {
    const { data, errors } = answer as { data?: { me?: object }; errors?: object[] }
    if (errors !== undefined || !data?.me) throw new Error(JSON.stringify(answer).slice(0, 300))
  },
}

interface PeerSettings {
  readonly rounds: number
  readonly seconds: number
  readonly warmUpSeconds: number
  readonly told: Told[]
  readonly say: (text: string) => void
}

/**
 * Gateways of several makes before the same subgraphs, which stand alone in another process and repeat their first answers:
 * the CPU each gateway's process takes for a request. Ours without checks is what compares; with all of them it is what is
 * shipped.
 */
export async function measurePeers(world: BenchWorld, settings: PeerSettings): Promise<PeersResult> {
  const peers = await startAll(world)
  try {
    const { persons, token } = world
    const { told, rounds, seconds, warmUpSeconds, say } = settings
    let asker = { token: Promise.resolve(''), until: 0 }
    function personToken(): Promise<string> {
      if (performance.now() > asker.until)
        asker = { token: world.tokenOf(asked().personNumber), until: performance.now() + TOKEN_MS }
      return asker.token
    }
    await assertAlike(peers, await personToken())
    const answered: Told[] = []
    const settle = (make: Make, duration: number) => {
      const window = { url: peers[make].ready.url, token: isChecked(make) ? token : undefined, persons, told: answered }
      return settleFor(window, IN_FLIGHT, duration)
    }
    const ask = (make: Make, duration: number) =>
      closedLoop({
        url: peers[make].ready.url,
        token: isChecked(make) ? personToken : undefined,
        inFlight: IN_FLIGHT,
        seconds: duration,
        body: () => ABOUT_ME.body,
        onAnswer: ABOUT_ME.onAnswer,
      })
    const measure = async (load: typeof settle): Promise<Operation> => {
      for (const make of MAKES) await load(make, warmUpSeconds)
      const arm = (make: Make) => () =>
        withCpu({ node: [peers[make].pid], postgres: null }, () => load(make, seconds)).then(takenOf)
      return operationOf(await interleaved(rounds, ofEach(arm)))
    }
    say(`gateways of other makes: settle, ${rounds} rounds of ${seconds} s each`)
    const mutation = await measure(settle)
    told.push(...new Map(answered.map((one) => [one.id, one])).values())
    say(`gateways of other makes: a question to four subgraphs, ${rounds} rounds of ${seconds} s each`)
    return { mutation, query: await measure(ask) }
  } finally {
    await Promise.all(Object.values(peers).map((one) => one.stop()))
  }
}

interface Taken {
  readonly cpuMs: number | null
  readonly perSecond: number
}

function takenOf({ answer, cpu }: { answer: LoadResult; cpu: { node: number | null } }): Taken {
  if (answer.errors > 0) throw new Error(`${answer.errors} of ${answer.answers} answers of a gateway were errors`)
  return { cpuMs: cpu.node === null ? null : cpu.node / answer.answers, perSecond: rateOf(answer) }
}

function operationOf(taken: Readonly<Record<Make, readonly Taken[]>>): Operation {
  const cpuOf = (make: Make) => taken[make].map((one) => one.cpuMs)
  const resultOf = (make: Make): PeerResult => ({
    cpuMs: spreadOf(cpuOf(make)),
    perSecond: spreadOf(taken[make].map((one) => one.perSecond)),
  })
  const ratioOf = (ours: Make, theirs: Make) => spreadOf(ratios(cpuOf(ours), cpuOf(theirs)))
  return {
    gateways: ofEach(resultOf),
    ratioToApollo: ratioOf('yibao', 'apollo'),
    remoteToApollo: ratioOf('yibaoRemote', 'apollo'),
    remoteToApolloLean: ratioOf('yibaoRemote', 'apolloLean'),
  }
}

const ofEach = <T>(of: (make: Make) => T): Record<Make, T> =>
  Object.fromEntries(MAKES.map((make) => [make, of(make)])) as Record<Make, T>

type Peers = Readonly<Record<Make, Program<PeerReady>>>

async function startAll({ dataDir, platform }: BenchWorld): Promise<Peers> {
  const { bare, closed } = platform.doors
  const start = async (make: Make) => {
    const subgraphs = isChecked(make) ? closed : bare
    const options: PeerOptions = { make, dataDir, subgraphs, platform: platform.address }
    const program = startProgram<PeerReady>('peer-process.ts', options, { logFile: join(dataDir, `${make}.log`) })
    return [make, await program] as const
  }
  return Object.fromEntries(await Promise.all(MAKES.map(start))) as Peers
}

/** All of them answer the same before anything is compared. */
async function assertAlike(peers: Peers, token: string): Promise<void> {
  const answers = await Promise.all(
    MAKES.map(async (make) => {
      const response = await fetch(peers[make].ready.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(isChecked(make) && { authorization: `Bearer ${token}` }),
        },
        body: ABOUT_ME.body,
      })
      return response.json()
    }),
  )
  for (const [place, answer] of answers.entries())
    assert.deepEqual(answer, answers[0], `${MAKES[place]} answers otherwise than ${MAKES[0]}`)
}
