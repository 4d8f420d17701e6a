import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { billOf, type Amounts, type Sent } from './bills.ts'

const IN_FLIGHT = 32
/** After an error a client waits so long, as any client would. */
const PAUSE_MS = 250

/** A hospital that settles as fast as it can, 32 bills at once unless said otherwise, and remembers what it was told. */
export interface Load {
  readonly sent: readonly Sent[]
  /** How many bills were settled so far, by the answers. */
  settled(): number
  /** Lets what is under way come to its end, sends nothing more. */
  stop(): Promise<void>
}

/** Waits until bills flow: a process that has just started answers its first ones slowly. */
export async function flowing(load: Load): Promise<void> {
  const end = performance.now() + 30_000
  while (load.settled() < 2 * IN_FLIGHT) {
    if (performance.now() > end) throw new Error('no bills are settled')
    await sleep(20)
  }
}

/** Answers that say no are faults of the test: these bills are all good. */
class Unexpected extends Error {}

export function startLoad({
  address,
  token,
  run,
  inFlight = IN_FLIGHT,
}: {
  readonly address: string
  readonly token: string
  readonly run: string
  readonly inFlight?: number
}): Load {
  const agent = new Agent({ connections: inFlight, pipelining: 1 })
  const sent: Sent[] = []
  const sending = new AbortController()
  let [next, settled] = [0, 0]

  async function client(): Promise<void> {
    while (!sending.signal.aborted) {
      const bill = billOf(run, next++)
      const amounts = await settle(bill.body).catch((error: unknown) => {
        if (error instanceof Unexpected) throw error
        return null
      })
      sent.push({ ...bill, amounts })
      if (amounts === null) await sleep(PAUSE_MS)
      else settled += 1
    }
  }
  const settle = (body: string) => post(agent, { address, token, body }).then(amountsOf)
  const clients = Promise.all(Array.from({ length: inFlight }, client))
  // Seen at `stop`; until then nobody listens.
  clients.catch(() => {})
  return {
    sent,
    settled: () => settled,
    async stop() {
      sending.abort()
      try {
        await clients
      } finally {
        await agent.destroy()
      }
    },
  }
}

interface SettleAnswer {
  readonly data?: { readonly settle: { readonly __typename: string } & Amounts } | null
}

/** The settlement, or null when the answer is an error of the platform, which says nothing of the outcome. */
function amountsOf(answer: SettleAnswer): Amounts | null {
  if (!answer.data) return null
  const { __typename, ...amounts } = answer.data.settle
  if (__typename !== 'Settlement') throw new Unexpected(JSON.stringify(answer.data.settle))
  return amounts
}

interface Post {
  readonly address: string
  readonly token: string
  readonly body: string
}

async function post(agent: Agent, { address, token, body }: Post): Promise<SettleAnswer> {
  const response = await request(`${address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body,
    dispatcher: agent,
  })
  return JSON.parse(await response.body.text()) as SettleAnswer
}

/** Asks again and again until the platform answers without an error, for as long as `seconds`. */
export async function askUntilAnswered<T extends { data?: unknown; errors?: unknown }>(
  { address, token, body }: Post,
  seconds = 60,
): Promise<T> {
  const end = performance.now() + seconds * 1000
  for (;;) {
    const response = await fetch(`${address}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body,
    }).catch(() => null)
    const answer = response === null ? null : ((await response.json()) as T)
    if (answer !== null && answer.errors === undefined) return answer
    if (performance.now() > end) throw new Error(`no answer in ${seconds} s: ${JSON.stringify(answer)}`)
    await sleep(100)
  }
}

/** Sends a bill once more, as it was; its settlement. */
export async function resend(where: Omit<Post, 'body'>, { body }: Pick<Sent, 'body'>): Promise<Amounts> {
  const amounts = amountsOf(await askUntilAnswered<SettleAnswer>({ ...where, body }))
  if (amounts === null) throw new Error('the bill was answered with an error')
  return amounts
}
