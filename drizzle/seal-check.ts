import type { KeyObject } from 'node:crypto'
import type { Schema } from './roles.ts'
import { linkOf, ORIGIN } from './seal-chain.ts'
import type { LogRow } from './seal-chain.ts'
import { isSigned } from './seal-head.ts'
import type { Head } from './seal-head.ts'

/** One thing that is not as it was sealed. */
export interface Damage {
  readonly schema: Schema
  readonly kind:
    | 'ROW_CHANGED'
    | 'ROW_MISSING'
    | 'SEAL_CHANGED'
    | 'SEAL_MISSING'
    | 'HEAD_CHANGED'
    | 'HEAD_MISSING'
    /** The chain fits its rows, but a signed head says it was another one. */
    | 'RESEALED'
  /** The place in the chain. */
  readonly sequence: bigint
  /** The id of the row of the access log, where it is known. */
  readonly entry: string | null
}

/** A seal and the row it seals; all columns of the row are null when it is gone. */
export type SealedRow = { readonly [Column in keyof LogRow]: LogRow[Column] | null } & {
  readonly sequence: bigint
  readonly entry: string
  readonly hash: Buffer
}

export interface Checker {
  /** The next head in order of sequence, before the seal it signs. */
  takeHead(head: Head): void
  /** The next seal in order of sequence. */
  take(row: SealedRow): void
  /** After the last of both. */
  end(): void
  readonly damages: readonly Damage[]
}

/** The seal looked at last: its hash as it is stored, and as it follows from its row. */
interface Link {
  readonly sequence: bigint
  readonly entry: string | null
  readonly stored: Uint8Array
  readonly expected: Uint8Array
}

/** Follows one chain from its beginning and collects what is wrong with it. */
export function createChecker(schema: Schema, publicKeys: readonly KeyObject[]): Checker {
  const damages: Damage[] = []
  const headAt = new Map<bigint, Head>()
  let lastHead = 0n
  let last: Link = { sequence: 0n, entry: null, stored: ORIGIN, expected: ORIGIN }
  const note = (kind: Damage['kind'], sequence: bigint, entry: string | null = null) =>
    damages.push({ schema, kind, sequence, entry })

  /** Whether the row or its seal was changed is told by what was sealed over it: the next seal, or a head. */
  function settle(nextIsOverExpected: boolean): void {
    const { sequence, entry, stored, expected } = last
    const head = headAt.get(sequence)
    if (!same(stored, expected)) {
      const isSeal = nextIsOverExpected || (head !== undefined && same(head.hash, expected))
      note(isSeal ? 'SEAL_CHANGED' : 'ROW_CHANGED', sequence, entry)
    } else if (head !== undefined && !same(head.hash, stored)) {
      note('RESEALED', sequence, entry)
    }
    headAt.delete(sequence)
  }

  return {
    damages,
    takeHead(head) {
      if (!isSigned(head, publicKeys)) note('HEAD_CHANGED', head.sequence)
      else if (head.previous !== lastHead) note('HEAD_MISSING', head.sequence)
      else headAt.set(head.sequence, head)
      lastHead = head.sequence
    },
    take(row) {
      const { sequence, entry, hash: stored } = row
      const follows = sequence === last.sequence + 1n && isWhole(row)
      const overStored = follows ? linkOf(last.stored, schema, sequence, row) : stored
      const isOverExpected = follows && same(linkOf(last.expected, schema, sequence, row), stored)
      settle(isOverExpected)
      if (sequence !== last.sequence + 1n) note('SEAL_MISSING', last.sequence + 1n)
      if (!isWhole(row)) note('ROW_MISSING', sequence, entry)
      last = { sequence, entry, stored, expected: isOverExpected ? stored : overStored }
    },
    end() {
      settle(false)
      if (lastHead > last.sequence) note('SEAL_MISSING', last.sequence + 1n)
      if (lastHead < last.sequence) note('HEAD_MISSING', last.sequence, last.entry)
    },
  }
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

const isWhole = (row: SealedRow): row is SealedRow & LogRow => row.id !== null
