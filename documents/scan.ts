import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { ScannerSettings } from './settings.ts'

/** Looks for malware in one content that streams by. */
export interface Scan {
  write(piece: Uint8Array): Promise<void>
  /** The name of what was found; null when nothing was. Fails when nobody could look: then the content waits. */
  end(): Promise<string | null>
  /** Lets go of one that is not read to its end. */
  abandon(): void
}

/** Begins to look at a content. Without a scanner documents are kept unseen, which an operator has to decide. */
export type Scanner = () => Promise<Scan>

const CHUNK_BYTES = 64 * 1024
const TIMEOUT_MS = 60_000
const REPLY_MAX = 4_096

/** clamd over TCP, by its command INSTREAM: pieces with their length before them, an empty one at the end, one reply. */
export function clamd({ host, port }: ScannerSettings): Scanner {
  return async () => {
    const socket = connect({ host, port })
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('the scanner does not answer')))
    const reply = replyOf(socket)
    // Whoever waits for the reply hears of an error; until then nobody does.
    reply.catch(() => {})
    await once(socket, 'connect')
    await put(socket, Buffer.from('zINSTREAM\0'))
    return {
      async write(piece) {
        for (let at = 0; at < piece.length; at += CHUNK_BYTES) {
          const chunk = piece.subarray(at, at + CHUNK_BYTES)
          const length = Buffer.alloc(4)
          length.writeUInt32BE(chunk.length)
          await put(socket, Buffer.concat([length, chunk]))
        }
      },
      async end() {
        await put(socket, Buffer.alloc(4))
        const text = await reply
        if (/^stream: OK$/.test(text)) return null
        const found = /^stream: (.+) FOUND$/.exec(text)?.[1]
        if (found === undefined) throw new Error('the scanner could not look at the content')
        return found
      },
      abandon: () => socket.destroy(),
    }
  }
}

async function put(socket: Socket, bytes: Buffer): Promise<void> {
  if (socket.destroyed || socket.writableEnded) throw socket.errored ?? new Error('the scanner hung up')
  await new Promise<void>((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve()))
  })
}

async function replyOf(socket: Socket): Promise<string> {
  let text = ''
  for await (const piece of socket as AsyncIterable<Buffer>) {
    text += piece.toString('utf8')
    if (text.includes('\0') || text.length > REPLY_MAX) break
  }
  return text.split('\0', 1)[0] ?? ''
}
