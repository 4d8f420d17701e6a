import { Busy } from '@yibao/schema/rejection'
import { createPersonQueue } from './person-queue.ts'

/**
 * How many bills are decided and written at a time. Two statements of 32 bills each are what gave most on two cores; more
 * would only wait in the database instead of here, where the next in turn is chosen.
 */
export const UNDER_WAY_MAX = 64
/** How many bills of one institution wait or are under way: what a process of two cores settles in about half a second. */
export const OF_ONE_MAX = 512
/**
 * From how many bills of all institutions on each may have its share of that number alone: some two seconds' work, and about
 * 60 MiB of bills. So the process holds twice that at most, and whoever has sent little is still let in.
 */
const IN_ALL_MAX = 2048

export interface QueueLimits {
  readonly underWay: number
  readonly ofOne: number
  readonly inAll: number
}

const LIMITS: QueueLimits = { underWay: UNDER_WAY_MAX, ofOne: OF_ONE_MAX, inAll: IN_ALL_MAX }

/** Who sent a bill, and by what its person is known here: one of several bills of a person goes after the other. */
export interface Sender {
  readonly institution: string
  readonly person: string
}

/** Where bills wait: in order of arrival for those of one person and for those of one institution, in turn for institutions. */
export interface BillQueue {
  /** @throws Busy when too many wait already */
  run<T>(sender: Sender, work: () => Promise<T>): Promise<T>
}

export function createBillQueue({ underWay, ofOne, inAll }: QueueLimits = LIMITS): BillQueue {
  const persons = createPersonQueue()
  const held = new Map<string, number>()
  /** Those who wait for a turn, by institution; the first institution of the map is next. */
  const lines = new Map<string, (() => void)[]>()
  let [free, heldInAll] = [underWay, 0]

  function enter(institution: string): void {
    const own = held.get(institution) ?? 0
    const share = Math.max(1, Math.floor(inAll / Math.max(1, held.size)))
    if (own >= (heldInAll >= inAll ? Math.min(ofOne, share) : ofOne)) throw tooMany()
    held.set(institution, own + 1)
    heldInAll += 1
  }

  function leave(institution: string): void {
    const own = held.get(institution) ?? 0
    if (own > 1) held.set(institution, own - 1)
    else held.delete(institution)
    heldInAll -= 1
  }

  function turn(institution: string): Promise<void> {
    if (free > 0) {
      free -= 1
      return Promise.resolve()
    }
    return new Promise((go) => {
      const line = lines.get(institution)
      if (line === undefined) lines.set(institution, [go])
      else line.push(go)
    })
  }

  /** Gives a turn that has ended to the next institution, which then goes to the end of the row. */
  function pass(): void {
    const [next] = lines
    if (next === undefined) {
      free += 1
      return
    }
    const [institution, line] = next
    const go = line.shift()
    lines.delete(institution)
    if (line.length > 0) lines.set(institution, line)
    go?.()
  }

  async function inTurn<T>(institution: string, work: () => Promise<T>): Promise<T> {
    await turn(institution)
    try {
      return await work()
    } finally {
      pass()
    }
  }

  return {
    async run({ institution, person }, work) {
      enter(institution)
      try {
        return await persons.run(person, () => inTurn(institution, work))
      } finally {
        leave(institution)
      }
    },
  }
}

const tooMany = (): Busy =>
  Busy.of({
    zh: '等待结算的单据过多，请稍后原样重试',
    en: 'too many bills are waiting to be settled, send the same request again in a moment',
  })
