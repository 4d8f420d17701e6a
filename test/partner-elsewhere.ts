import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { registerPartner } from '@yibao/cross-province/commands/partner'
import { FROM, MESSAGE_ID, signAnswer, TO } from '@yibao/cross-province/peers/exchange-signature'
import { readBody } from '@yibao/schema/http'
import { receiptKeyOf } from '@yibao/schema/receipt-key'
import type { Data, World } from './world.ts'

/**
 * The platform of another province that is none of ours: it signs whatever `answer` says to a message, however little it
 * means. What is not answered is left hanging.
 */
export async function openPartner(world: World, province: string, answer: (type: string, message: Data) => unknown) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const jwk = receiptKeyOf(publicKey)
  const heard: { readonly type: string; readonly message: Data }[] = []
  const server = createServer((request, response) => {
    const say = async (): Promise<void> => {
      const type = request.url?.split('/').at(-1) ?? ''
      const message: Data = JSON.parse((await readBody(request, 8 * 1024 * 1024)).toString('utf8'))
      heard.push({ type, message })
      const given = await answer(type, message)
      if (given === undefined) return
      const id = String(request.headers[MESSAGE_ID])
      const to = String(request.headers[FROM])
      const body = JSON.stringify(given)
      const said = { id, from: String(request.headers[TO]), to, status: 200, body }
      response.writeHead(200, await signAnswer({ privateKey, publicKey, kid: jwk.kid }, said)).end(body)
    }
    say().catch(() => request.socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await registerPartner(
    world.platform.databases.crossProvince.hot,
    { province, name: province, url: `http://127.0.0.1:${port}`, key: JSON.stringify(jwk) },
    Temporal.Instant.from('2026-01-01T00:00:00Z'),
  )
  return {
    heard,
    async close(): Promise<void> {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
