import { TOGETHER } from './exchange-clearing.ts'
import { expectBalanced, clearAll, expectNothingOwed } from './exchange-proof.ts'
import { conclude, play, traced, type Playground, type Run } from './exchange-runs.ts'

// Runs one after the other: ten until all comes to its end, and a few times ten in a pair of platforms before another begins.

/** Runs in one pair of platforms, a month each: until all of it is cleared. */
const IN_A_WORLD = 30

interface Opened {
  readonly ground: Playground
  /** Before the next ten are played, and all is at rest. */
  readonly prepare: (seed: number, isFirst: boolean) => Promise<void>
  readonly close: () => Promise<void>
}

const endOf = (seed: number, size: number): number => (Math.floor(seed / size) + 1) * size

/** Plays runs from a seed on, prints what became of them, and answers how many. A pair of platforms begins with its number. */
export async function inWorlds(
  { runs, seed: first }: { readonly runs: number; readonly seed: number },
  open: (world: number) => Promise<Opened>,
): Promise<number> {
  const last = first + runs
  for (let seed = first; seed < last;) {
    const end = Math.min(last, endOf(seed, IN_A_WORLD))
    const opened = await open(Math.floor(seed / IN_A_WORLD))
    try {
      await inOne(opened, seed, end)
    } finally {
      await opened.close()
    }
    seed = end
  }
  return runs
}

async function inOne({ ground, prepare }: Opened, first: number, end: number): Promise<void> {
  const all: Run[] = []
  for (let seed = first; seed < end;) {
    const begun = performance.now()
    const next = Math.min(end, endOf(seed, TOGETHER))
    await prepare(seed, seed === first)
    const runs: Run[] = []
    for (let one = seed; one < next; one += 1) runs.push(await play(ground, one))
    await traced(ground, runs, async () => {
      await conclude(ground, runs)
      await expectBalanced(ground, runs)
    })
    const each = Math.round((performance.now() - begun) / runs.length)
    console.info(`seeds ${seed} to ${next - 1} (platforms since ${first}): ${each} ms each; ${tally(runs)}`)
    all.push(...runs)
    seed = next
  }
  await traced(ground, all, async () => {
    await clearAll(ground, end)
    await conclude(ground, [])
    await expectNothingOwed(ground)
  })
}

/** What was answered how often, for whoever wants to know what runs are made of. */
function tally(runs: readonly Run[]): string {
  const counts = new Map<string, number>()
  for (const { kind, answer } of runs.flatMap((one) => one.asked)) {
    const name = `${kind} ${answer?.code ?? 'done'}`
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return [...counts]
    .map(([name, count]) => `${name} ${count}`)
    .toSorted()
    .join(', ')
}
