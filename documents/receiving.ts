import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { FileRefused } from './refusal.ts'

/** How many bytes must come within how many milliseconds of waiting for them. */
export interface Pace {
  readonly bytes: number
  readonly milliseconds: number
}

const count = z.number().int().positive()
const FORMAT = z.strictObject({
  note: z.string(),
  atOnce: count,
  atOncePerCaller: count,
  pace: z.strictObject({ bytes: count, milliseconds: count }),
})
/** How much uploading goes on at once, and how slow it may be. */
export type Receiving = z.output<typeof FORMAT>

export const RECEIVING: Receiving = FORMAT.parse(
  JSON.parse(readFileSync(join(import.meta.dirname, 'receiving.json'), 'utf8')),
)

/** Counts the requests that send bytes, and lets a caller have its share of them and no more. */
export function createTurns({ atOnce, atOncePerCaller }: Pick<Receiving, 'atOnce' | 'atOncePerCaller'>) {
  const held = new Map<string, number>()
  let all = 0
  return {
    /** @throws FileRefused when the caller, or everybody together, has as many as may be. */
    async within<T>(caller: string, work: () => Promise<T>): Promise<T> {
      const own = held.get(caller) ?? 0
      if (own >= atOncePerCaller) throw TOO_MANY
      if (all >= atOnce) throw BUSY
      held.set(caller, own + 1)
      all += 1
      try {
        return await work()
      } finally {
        all -= 1
        const left = (held.get(caller) ?? 1) - 1
        if (left === 0) held.delete(caller)
        else held.set(caller, left)
      }
    },
  }
}

/**
 * The bytes of a body as they come. When they come slower than the pace it ends, and `cut` is called: a line that gives a byte
 * now and then would hold its place for an hour. What came stands. Only waiting for the other side counts, not what is done
 * with the bytes in between.
 */
export async function* paced(
  body: AsyncIterable<Uint8Array>,
  { bytes, milliseconds }: Pace,
  cut: () => void,
): AsyncGenerator<Uint8Array> {
  const pieces = body[Symbol.asyncIterator]()
  let [came, left] = [0, milliseconds]
  for (;;) {
    const begun = performance.now()
    const next = await withinTime(pieces.next(), left)
    if (next === null) return cut()
    if (next.done === true) return
    came += next.value.length
    left -= performance.now() - begun
    if (came >= bytes) [came, left] = [0, milliseconds]
    yield next.value
  }
}

async function withinTime<T>(work: Promise<T>, milliseconds: number): Promise<T | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>()
  const timer = setTimeout(resolve, Math.max(0, milliseconds), null)
  // Nobody waits for it any more when it is late; that it then fails is no news.
  work.catch(() => {})
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

const BUSY = new FileRefused(503, 'BUSY', { zh: '繁忙，请稍后续传', en: 'busy: go on with the upload later' })
const TOO_MANY = new FileRefused(429, 'TOO_MANY_AT_ONCE', {
  zh: `同时上传不得超过 ${RECEIVING.atOncePerCaller} 个，请待其一完成后续传`,
  en: `no more than ${RECEIVING.atOncePerCaller} uploads may be sent at once: go on when one is through`,
})
export const TOO_SLOW = new FileRefused(408, 'TOO_SLOW', {
  zh: '传输过慢，已中断；已收到的部分保留，请续传',
  en: 'came too slowly and was cut off: what came is kept, go on from there',
})
