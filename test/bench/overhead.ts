import { withCpu } from './cpu.ts'
import { interleaved, spreadOf, type Spread } from './rounds.ts'
import { windowOf, type Settings } from './settle.ts'
import { settleFor } from './settling.ts'
import type { BenchWorld } from './world.ts'

export interface OverheadResult {
  readonly gatewayMs: Spread | null
  readonly directMs: Spread | null
  /** What the gateway takes beyond, round by round. */
  readonly overheadMs: Spread | null
}

/**
 * The CPU of `settle` through the gateway, and of the same subgraph under an Apollo Server of its own with the same guard
 * and token check: one process has both doors, so workers, memory and compiled code are the same.
 */
export async function measureOverhead(
  world: BenchWorld,
  { rounds, seconds, inFlight, told, say }: Settings,
): Promise<OverheadResult> {
  say(`settle through the gateway and directly, ${rounds} rounds of ${seconds} s each`)
  const gateway = windowOf(world, told)
  const direct = { ...gateway, url: world.platform.doors.direct }
  await settleFor(direct, inFlight, seconds)
  const cpuOf = (window: typeof gateway) => async () => {
    const { answer, cpu } = await withCpu(world.processes, () => settleFor(window, inFlight, seconds))
    if (answer.errors > 0) throw new Error(`${answer.errors} bills failed`)
    return cpu.node === null ? null : cpu.node / answer.answers
  }
  const taken = await interleaved(rounds, { gateway: cpuOf(gateway), direct: cpuOf(direct) })
  const beyond = taken.gateway.map((one, round) => {
    const other = taken.direct[round] ?? null
    return one === null || other === null ? null : one - other
  })
  return { gatewayMs: spreadOf(taken.gateway), directMs: spreadOf(taken.direct), overheadMs: spreadOf(beyond) }
}
