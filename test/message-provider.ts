import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Parcel {
  readonly id: string
  readonly address: string
  readonly text: string
}

/** A provider of text messages: takes what it is sent, fails when it is told to, and knows what it has. */
export async function openProvider() {
  const parcels: Parcel[] = []
  const state = { failures: 0, tries: 0, answer: 'SENT' as 'SENT' | 'DELIVERED' | 'FAILED' }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (request.headers.authorization !== 'Bearer provider-key') return response.writeHead(401).end()
      if (request.method === 'GET') return response.end(JSON.stringify({ reference: 'r', state: state.answer }))
      state.tries += 1
      if (state.failures > 0) {
        state.failures -= 1
        return response.writeHead(503).end()
      }
      parcels.push(JSON.parse(Buffer.concat(chunks).toString()) as Parcel)
      return response.end(JSON.stringify({ reference: `r${parcels.length}`, state: 'SENT' }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, parcels, state, close: () => new Promise((resolve) => server.close(resolve)) }
}
