import { BlockList, isIP } from 'node:net'
import addresses from './webhook-addresses.json' with { type: 'json' }

// What is not reachable from everywhere, by the registries of special addresses (RFC 6890 and those that update it).
const INTERNAL = new BlockList()
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  INTERNAL.addSubnet(net, prefix, 'ipv4')
}
// Of IPv6 only what is given out to the public; of that not the ranges that carry an IPv4 address or are documentation.
const PUBLIC = new BlockList()
PUBLIC.addSubnet('2000::', 3, 'ipv6')
for (const [net, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  INTERNAL.addSubnet(net, prefix, 'ipv6')
}

/** Whether an address belongs to a network that is not everybody's. */
export function isInternal(address: string): boolean {
  if (isIP(address) === 4) return INTERNAL.check(address, 'ipv4')
  return !PUBLIC.check(address, 'ipv6') || INTERNAL.check(address, 'ipv6')
}

const LOCAL = ['localhost', '127.0.0.1', '[::1]']

/** Whether an address names this machine. */
export const isLocal = ({ hostname }: URL): boolean => LOCAL.includes(hostname)

/** Whether an address is that of an internal network as it is written; most names show when they are looked up. */
export function namesInternal({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  if (isIP(host) !== 0) return isInternal(host)
  const name = host.replace(/\.+$/, '')
  // A name of one part is looked up within the network of whoever asks.
  return !name.includes('.') || addresses.internalNames.endings.some((one) => name === one || name.endsWith(`.${one}`))
}

/** Whether messages are sent to this port at all; a port that is not named is that of https. */
export const isPortAllowed = ({ port }: URL): boolean => port === '' || addresses.ports.allowed.includes(Number(port))

/** Whether a name is written as the root has it, `example.com.`; no certificate says it so. */
export const hasTrailingDot = ({ hostname }: URL): boolean => hostname.endsWith('.')
