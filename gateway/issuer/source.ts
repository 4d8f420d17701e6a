import type { IncomingMessage } from 'node:http'
import { LRUCache } from 'lru-cache'

/**
 * Where a request comes from: the address of the connection, of IPv6 the network (a customer has 2^64 addresses).
 * Headers say what the client likes, so none is read; behind a proxy everybody comes from the proxy.
 */
export const sourceOf = ({ socket }: Pick<IncomingMessage, 'socket'>): string => networkOf(socket.remoteAddress ?? '')

/** `192.0.2.1` as it is, also when written `::ffff:192.0.2.1`; `2001:db8::1` as `2001:db8:0:0`. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  if (!plain.includes(':')) return plain
  const [head = [], tail] = plain.split('::').map((half) => half.split(':').filter((group) => group !== ''))
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - head.length - tail.length)
  return [...head, ...Array.from({ length: zeros }, () => '0'), ...(tail ?? [])].slice(0, 4).join(':')
}

const MINUTE_MS = 60_000
const SOURCES_MAX = 100_000

/** Says whether a source may do something once more: `max` times within a minute, counted from the first. */
export function createPace(max: number): (source: string) => boolean {
  const times = new LRUCache<string, { count: number }>({ max: SOURCES_MAX, ttl: MINUTE_MS })
  return (source) => {
    const seen = times.get(source) ?? { count: 0 }
    if (seen.count === 0) times.set(source, seen)
    seen.count += 1
    return seen.count <= max
  }
}
