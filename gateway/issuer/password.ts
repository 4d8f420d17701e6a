import assert from 'node:assert/strict'
import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto'

// 32 MB and about 70 ms per password on the machine this was measured on (2 cores).
const COST = { N: 2 ** 15, r: 8, p: 1 }
const LENGTH = 32

/** The form a password is kept in: "scrypt$N$r$p$salt$hash". */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(password, salt, COST)
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), hash.toString('base64url')].join('$')
}

async function matches(password: string, kept: string): Promise<boolean> {
  const [name, n, r, p, salt = '', hash = ''] = kept.split('$')
  assert(name === 'scrypt' && hash !== '', 'a password hash has the form hashPassword gives')
  const wanted = Buffer.from(hash, 'base64url')
  const cost = { N: Number(n), r: Number(r), p: Number(p) }
  return timingSafeEqual(await derive(password, Buffer.from(salt, 'base64url'), cost), wanted)
}

function derive(password: string, salt: Buffer, cost: ScryptOptions & { N: number; r: number }): Promise<Buffer> {
  // NFKC, so that a password typed on another keyboard is the same password.
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const options = { ...cost, maxmem: 256 * cost.N * cost.r }
  scrypt(password.normalize('NFKC'), salt, LENGTH, options, (error, key) => (error ? reject(error) : resolve(key)))
  return promise
}

/** Too many passwords wait to be checked. */
export class PasswordsBusy extends Error {}

/** Says whether a password is right. With no hash (no such account) it is false, after the same work. */
export type PasswordCheck = (password: string, kept: string | null) => Promise<boolean>

/**
 * A check that works on few passwords at a time: each takes 70 ms of a thread that files and DNS need as well, and
 * the form is open to everyone.
 *
 * @throws PasswordsBusy when `waitingMax` others already wait.
 */
export function createPasswordCheck({ atOnce = 2, waitingMax = 50 } = {}): PasswordCheck {
  let free = atOnce
  const waiting: (() => void)[] = []
  const nobody = hashPassword(randomBytes(16).toString('hex'))

  async function enter(): Promise<void> {
    if (free > 0) free -= 1
    else if (waiting.length >= waitingMax) throw new PasswordsBusy()
    else await new Promise<void>((resolve) => waiting.push(resolve))
  }

  function leave(): void {
    const next = waiting.shift()
    if (next === undefined) free += 1
    else next()
  }

  return async (password, kept) => {
    await enter()
    try {
      const right = await matches(password, kept ?? (await nobody))
      return right && kept !== null
    } finally {
      leave()
    }
  }
}
