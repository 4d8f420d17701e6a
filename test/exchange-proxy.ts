import { createServer, request as ask, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { readBody } from '@yibao/schema/http'

/** What happens to a message on its way to another province, or to the answer on its way back. */
export const MISHAPS = ['DROP', 'DROP_ANSWER', 'CUT', 'TWICE', 'TWICE_SECOND', 'LATE', 'LATE_ANSWER'] as const
export type Mishap = (typeof MISHAPS)[number] | 'PASS'

/** A message that went through, for the trace of a run. */
export interface Passed {
  readonly type: string
  readonly mishap: Mishap
}

interface Heard {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/**
 * Stands between two platforms and does to each message what `next` says: loses it, loses or cuts its answer, lets it
 * arrive twice, with the answer of the first or of the second, or so late that others pass it.
 */
export async function openProxy(next: (type: string) => Mishap, lateMs: () => number) {
  const passed: Passed[] = []
  const proxy = { target: '' }
  const server = createServer((request, response) => {
    const type = request.url?.split('/').at(-1) ?? ''
    const mishap = next(type)
    passed.push({ type, mishap })
    const lose = () => void request.socket.destroy()
    const onward = async (): Promise<void> => {
      const body = await readBody(request, 8 * 1024 * 1024)
      if (mishap === 'DROP') return lose()
      if (mishap === 'LATE') await sleep(lateMs())
      const arrive = () => forward(`${proxy.target}${request.url}`, request.headers, body)
      const first = await arrive()
      const second = mishap === 'TWICE' || mishap === 'TWICE_SECOND' ? await arrive() : first
      const heard = mishap === 'TWICE_SECOND' ? second : first
      if (mishap === 'DROP_ANSWER') return lose()
      if (mishap === 'LATE_ANSWER') await sleep(lateMs())
      const { connection: _connection, 'keep-alive': _alive, 'transfer-encoding': _coding, ...headers } = heard.headers
      response.writeHead(heard.status, { ...headers, 'content-length': heard.body.length })
      if (mishap !== 'CUT') return void response.end(heard.body)
      response.write(heard.body.subarray(0, heard.body.length / 2), lose)
    }
    onward().catch(lose)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${port}`,
    passed,
    /** Where messages go on to. */
    to: (target: string) => void (proxy.target = target),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const forward = (url: string, headers: IncomingHttpHeaders, body: string): Promise<Heard> =>
  new Promise((resolve, reject) => {
    const { host: _host, connection: _connection, ...kept } = headers
    const sent = ask(url, { method: 'POST', headers: kept, agent: false }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })

/** Numbers from 0 up to 1, the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
