import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'

/** What one closed loop saw: how many answers, how long each took, what went wrong, and what the caller kept. */
export interface LoadResult {
  readonly answers: number
  readonly errors: number
  readonly seconds: number
  readonly latenciesMs: Float64Array
}

interface LoadOptions {
  readonly url: string
  /** Absent where nobody asks for one. */
  readonly token?: (() => Promise<string>) | undefined
  readonly inFlight: number
  readonly seconds: number
  /** The body of the n-th request, made before its clock starts. */
  readonly body: (n: number) => string
  /** Reads one answer; throw to count it as an error. */
  readonly onAnswer: (n: number, answer: unknown) => void
}

/**
 * A closed loop over keep-alive connections: each of `inFlight` clients sends its next request when it has its answer.
 * Request n is the n-th one started. Latency is from sending to the whole body read, parsing of the answer excluded.
 */
export async function closedLoop(options: LoadOptions): Promise<LoadResult> {
  const { url, token, inFlight, seconds, body, onAnswer } = options
  const agent = new Agent({ connections: inFlight, pipelining: 1 })
  const latencies: number[] = []
  let [errors, next] = [0, 0]
  const start = performance.now()
  const end = start + seconds * 1000
  async function client(): Promise<void> {
    while (performance.now() < end) {
      const n = next++
      const payload = body(n)
      const headers = await headersOf(token)
      const sent = performance.now()
      try {
        const response = await request(url, { method: 'POST', body: payload, headers, dispatcher: agent })
        const text = await response.body.text()
        latencies.push(performance.now() - sent)
        if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}: ${text.slice(0, 300)}`)
        onAnswer(n, JSON.parse(text))
      } catch (error) {
        if (errors === 0) console.error(`first error of the load: ${String(error)}`)
        errors += 1
      }
    }
  }
  await Promise.all(Array.from({ length: inFlight }, client))
  const elapsed = (performance.now() - start) / 1000
  await agent.close()
  return { answers: latencies.length, errors, seconds: elapsed, latenciesMs: Float64Array.from(latencies).toSorted() }
}

const JSON_TYPE = { 'content-type': 'application/json' }

const headersOf = async (token: LoadOptions['token']): Promise<Record<string, string>> =>
  token === undefined ? JSON_TYPE : { ...JSON_TYPE, authorization: `Bearer ${await token()}` }

/** The value below which a share of the sorted samples lies; 0 for no samples. */
export const percentile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

interface OpenLoopOptions extends Omit<LoadOptions, 'inFlight'> {
  readonly perSecond: number
  /** The number of the first request; those before it are of other loops. */
  readonly first?: number
}

const CONNECTIONS = 64

/**
 * An open loop: so many requests a second, so that a slow answer holds up nobody who comes after it. Each request begins
 * when it is due, and its time counts from then.
 */
export async function openLoop(options: OpenLoopOptions): Promise<LoadResult> {
  const { url, token, perSecond, seconds, first = 0, body, onAnswer } = options
  const agent = new Agent({ connections: CONNECTIONS, pipelining: 1 })
  let errors = 0

  async function ask(n: number, due: number): Promise<number> {
    const headers = await headersOf(token)
    const response = await request(url, { method: 'POST', body: body(n), headers, dispatcher: agent })
    const text = await response.body.text()
    const ms = performance.now() - due
    try {
      if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}: ${text.slice(0, 300)}`)
      onAnswer(n, JSON.parse(text))
    } catch (error) {
      if (errors === 0) console.error(`first error of the load: ${String(error)}`)
      errors += 1
    }
    return ms
  }

  const start = performance.now()
  const asked: Promise<number>[] = []
  for (let n = 0; n < perSecond * seconds; n += 1) {
    const due = start + (n * 1000) / perSecond
    const wait = due - performance.now()
    if (wait > 0) await sleep(wait)
    asked.push(ask(first + n, due))
  }
  const latenciesMs = Float64Array.from(await Promise.all(asked)).toSorted()
  await agent.close()
  return { answers: asked.length, errors, seconds: (performance.now() - start) / 1000, latenciesMs }
}
