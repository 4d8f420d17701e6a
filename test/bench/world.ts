import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbedded } from '@yibao/drizzle/embedded'
import { dayOf, systemClock } from '@yibao/schema/dates'
import type { Keys } from '@yibao/schema/keys'
import { tokenOf } from '../faults/tokens.ts'
import type { Processes } from './cpu.ts'
import { serverOf } from './cpu.ts'
import { openPlace, type Place } from './place.ts'

export interface BenchWorld {
  readonly dataDir: string
  readonly databaseUrl: string
  readonly keys: Keys
  readonly platform: Place['platform']
  readonly persons: number
  /** The address of one more database on the server. */
  readonly beside: (database: string) => Promise<string>
  readonly graphql: string
  /** A token of the bench hospital, renewed before it ends. */
  readonly token: () => Promise<string>
  /** A token of one of those who sign in, by person number. */
  readonly tokenOf: (personNumber: string) => Promise<string>
  readonly today: () => Temporal.PlainDate
  /** The platform and the server, for counting their CPU. */
  readonly processes: Processes
  /** Ends the platform and leaves its database, for programs that do themselves what its workers would take from them. */
  stopPlatform(): Promise<void>
  close(): Promise<void>
}

/**
 * The platform in a process of its own on a durable embedded database of its own, with so many persons; everything is
 * removed at the end.
 */
export async function benchWorld(persons: number, say: (text: string) => void): Promise<BenchWorld> {
  const dataDir = await mkdtemp(join(tmpdir(), 'yibao-bench-'))
  // Run as root, the server has another user, who must be able to come in.
  await chmod(dataDir, 0o755)
  const embedded = await startEmbedded({ dataDir, durable: true })
  const end = async () => {
    await embedded.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    const { url: databaseUrl, beside } = embedded
    const place = await openPlace({ databaseUrl, dataDir, persons, say })
    const { keys, platform } = place
    let isRunning = true
    return {
      dataDir,
      databaseUrl,
      keys,
      platform,
      persons,
      beside,
      graphql: platform.graphql,
      token: platform.token,
      tokenOf: (personNumber) => tokenOf(platform.address, dataDir, personNumber),
      today: () => dayOf(systemClock()),
      processes: { node: [platform.pid], postgres: await serverOf(databaseUrl) },
      async stopPlatform() {
        if (isRunning) await platform.stop()
        isRunning = false
      },
      async close() {
        await place.close()
        await end()
      },
    }
  } catch (error) {
    await end()
    throw error
  }
}
