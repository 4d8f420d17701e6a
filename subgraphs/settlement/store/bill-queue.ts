import { Busy } from '@yibao/schema/rejection'

/** How many bills there may be at a time. */
export interface QueueLimits {
  /** Under way; the others wait. */
  readonly underWay: number
  /** Of one institution, waiting or under way. */
  readonly ofOne: number
  /** Of these, of one person. */
  readonly ofPerson: number
  /** Of all, from where on each institution may have its share of that number alone; twice as many is the end for everybody. */
  readonly inAll: number
}

/** Bills of persons insured here. */
export const HERE: QueueLimits = {
  // Two statements of 32 bills each are what gave most on two cores; more would only wait in the database instead of here,
  // where the next in turn is chosen.
  underWay: 64,
  // What a process of two cores settles in about half a second.
  ofOne: 512,
  // The days of a month, billed one by one. Who sends one bill over and over has no more.
  ofPerson: 32,
  // Some two seconds' work, and about 60 MiB of bills; whoever has sent little is still let in up to twice that.
  inAll: 2048,
}

/** Bills of persons insured on the platform of one other province; each lasts as long as that one takes, up to 8 s a message. */
export const ELSEWHERE: QueueLimits = {
  // Three in four of the 32 connections a process makes to another platform: what is said besides finds one though all bills hang.
  underWay: 24,
  // Those under way and as many again: who is let in waits for one round of the others, even while every message hangs.
  ofOne: 48,
  // What is sent again while it is under way waits behind itself.
  ofPerson: 8,
  // Two hospitals' fill; with more of them each has its share.
  inAll: 96,
}

/** Who sent a bill, and by what its person is known here: one of several bills of a person goes after the other. */
export interface Sender {
  readonly institution: string
  readonly person: string
}

/** Where bills wait: institutions go in turn, those of one institution and one person in order of arrival. */
export interface BillQueue {
  /** @throws Busy when too many wait already */
  run<T>(sender: Sender, work: () => Promise<T>): Promise<T>
}

interface Waiting extends Sender {
  readonly go: () => void
  /** No bill of its person goes before it. */
  isNext: boolean
}

/** Those who wait, by institution; the first institution of the map is next. */
type Lines = Map<string, Waiting[]>

/**
 * Bills wait for the turn of their institution, and one whose person has another under way is then put aside until that ends:
 * nobody's bill waits behind another hospital's line, and none holds a turn while it waits for its person. Of those put aside
 * institutions go in turn too, and the next one goes before what else its own institution has waiting.
 *
 * That bills of one person do not meet in the database only spares collisions (with 32 in flight plain retry on the version gave
 * 243 bills/s with 18 retries each, this 1,088 without any); across processes the version is what guards.
 */
export function createBillQueue(limits: QueueLimits = HERE): BillQueue {
  const { enter, leave } = createBounds(limits)
  const lines: Lines = new Map()
  /** Persons with a bill under way, or that is the next to go, and those put aside until it ends. */
  const persons = new Map<string, Lines | null>()
  let free = limits.underWay

  /** Null when it is the bill's turn at once. */
  function turn({ institution, person }: Sender): Promise<void> | null {
    if (free > 0 && !persons.has(person)) {
      free -= 1
      persons.set(person, null)
      return null
    }
    return new Promise((go) => {
      const one = { institution, person, go, isNext: false }
      // While a turn is free nobody else waits for one.
      if (free > 0) takePerson(one)
      else append(lines, one)
    })
  }

  /** Whether no other bill of the person goes before it; else it is put aside until that one has ended. */
  function takePerson(one: Waiting): boolean {
    if (one.isNext) return true
    const aside = persons.get(one.person)
    if (aside === undefined) persons.set(one.person, null)
    else if (aside === null) persons.set(one.person, new Map([[one.institution, [one]]]))
    else append(aside, one)
    return aside === undefined
  }

  /** Gives the turn that has ended to the next institution. */
  function pass(person: string): void {
    const aside = persons.get(person)
    const after = aside == null ? undefined : takeNext(aside, () => true)
    if (after === undefined) persons.delete(person)
    else {
      after.isNext = true
      lines.set(after.institution, [after, ...(lines.get(after.institution) ?? [])])
    }
    const next = takeNext(lines, takePerson)
    if (next === undefined) free += 1
    else next.go()
  }

  return {
    async run(sender, work) {
      enter(sender)
      const mine = turn(sender)
      if (mine !== null) await mine
      try {
        return await work()
      } finally {
        pass(sender.person)
        leave(sender)
      }
    },
  }
}

/** Counts the bills that wait or are under way; `enter` throws Busy when there are too many. */
function createBounds({ ofOne, ofPerson, inAll }: QueueLimits) {
  const held = new Map<string, { count: number; readonly persons: Map<string, number> }>()
  let heldInAll = 0

  function enter({ institution, person }: Sender): void {
    const own = held.get(institution) ?? { count: 0, persons: new Map<string, number>() }
    const ofThis = own.persons.get(person) ?? 0
    const share = Math.max(1, Math.floor(inAll / Math.max(1, held.size)))
    const most = heldInAll >= inAll ? Math.min(ofOne, share) : ofOne
    if (own.count >= most || ofThis >= ofPerson || heldInAll >= 2 * inAll) throw tooMany()
    held.set(institution, own)
    own.count += 1
    own.persons.set(person, ofThis + 1)
    heldInAll += 1
  }

  function leave({ institution, person }: Sender): void {
    const own = held.get(institution)
    if (own === undefined) return
    const ofThis = own.persons.get(person) ?? 0
    if (ofThis > 1) own.persons.set(person, ofThis - 1)
    else own.persons.delete(person)
    own.count -= 1
    if (own.count === 0) held.delete(institution)
    heldInAll -= 1
  }

  return { enter, leave }
}

/** A queue of its own for each name, made when it is first asked for. */
export function createBillQueues(limits: QueueLimits): (name: string) => BillQueue {
  const queues = new Map<string, BillQueue>()
  return (name) => {
    const queue = queues.get(name) ?? createBillQueue(limits)
    queues.set(name, queue)
    return queue
  }
}

function append(lines: Lines, one: Waiting): void {
  const line = lines.get(one.institution)
  if (line === undefined) lines.set(one.institution, [one])
  else line.push(one)
}

/** Takes the first who may go of the next institution, which then goes to the end of the row; who may not leaves the line. */
function takeNext(lines: Lines, mayGo: (one: Waiting) => boolean): Waiting | undefined {
  for (const [institution, line] of lines) {
    lines.delete(institution)
    let one = line.shift()
    while (one !== undefined && !mayGo(one)) one = line.shift()
    if (line.length > 0) lines.set(institution, line)
    if (one !== undefined) return one
  }
  return undefined
}

const tooMany = (): Busy =>
  Busy.of({
    zh: '等待结算的单据过多，请稍后原样重试',
    en: 'too many bills are waiting to be settled, send the same request again in a moment',
  })
