import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { registerPartner } from '@yibao/cross-province/commands/partner'
import { signAnswer } from '@yibao/cross-province/peers/exchange-signature'
import { readBody } from '@yibao/schema/http'
import { receiptKeyOf } from '@yibao/schema/receipt-key'
import type { Data, World } from './world.ts'

/** Says something to the platform of another province, as the subgraphs of this one do. */
export const saying =
  (from: () => World, province: string) =>
  async (type: string, message: unknown): Promise<Data> => {
    const subgraph = from().platform.subgraphs.find((one) => one.name === 'cross-province')
    return subgraph?.internal?.('exchange.send', { province, type, message }, 'trace')
  }

/** Who answers messages, by their type, now or later; what is left without an answer hangs. */
type Answering = (type: string, message: Data) => unknown

/** An answer by which a message is not taken, as it would be said by our own platform. */
export class Refusing {
  readonly said: object

  constructor(code: string) {
    this.said = { code, message: { zh: '未受理', en: 'not taken' } }
  }
}

/** The platform of another province that is none of ours: what `answering.now` says, signed, is all it does. */
export async function openPartner(province: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const { kid } = receiptKeyOf(publicKey)
  const answering: { now: Answering } = { now: () => ({}) }
  const server = createServer((request, response) => {
    const answer = async () => {
      const message = JSON.parse(await readBody(request, 1024 * 1024))
      const said = await answering.now(request.url?.split('/').at(-1) ?? '', message)
      if (said === undefined) return
      const isRefusal = said instanceof Refusing
      const status = isRefusal ? 503 : 200
      const body = JSON.stringify(isRefusal ? said.said : said)
      const { 'yibao-message-id': id, 'yibao-from': to } = request.headers
      const addressed = { id: String(id), from: province, to: String(to) }
      const headers = await signAnswer({ privateKey, publicKey, kid }, { ...addressed, status, body })
      response.writeHead(status, headers).end(body)
    }
    answer().catch(() => request.socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    answering,
    register: ({ platform }: World) =>
      registerPartner(
        platform.databases.crossProvince.hot,
        { province, name: province, url: `http://127.0.0.1:${port}`, key: JSON.stringify(receiptKeyOf(publicKey)) },
        Temporal.Instant.from('2026-01-01T00:00:00Z'),
      ),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The same, registered with a platform, with everything it heard. */
export async function openPartnerOf(world: World, province: string, answer: Answering) {
  const partner = await openPartner(province)
  const heard: { readonly type: string; readonly message: Data }[] = []
  partner.answering.now = (type, message) => {
    heard.push({ type, message })
    return answer(type, message)
  }
  await partner.register(world)
  return { heard, close: () => partner.close() }
}
