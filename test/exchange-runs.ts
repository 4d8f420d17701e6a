import { BILL_REQUESTS, nextOfBill } from './exchange-bills.ts'
import { CLEARING_REQUESTS, finishPayments, nextOfClearing } from './exchange-clearing.ts'
import { SIDES, type Insured, type Side, type SideName } from './exchange-parties.ts'
import { expectAnswered, expectAgreed, expectBooks } from './exchange-proof.ts'
import { MISHAPS, randomOf, type Mishap } from './exchange-proxy.ts'
import { keepTrace } from './exchange-trace.ts'
import type { Data } from './world.ts'

export { awayBillOf } from './exchange-bills.ts'
export { NINGBO, PLACE, POOL } from './exchange-parties.ts'

// Hospitals of two provinces settle, repeat, confirm, annul and take back bills of persons insured in the other, and their
// bureaus clear, deduct, dispute, pay, pay in and compare at the same time, while messages between the two platforms are
// lost, doubled, late or cut, clocks jump, and where processes can be killed they are. A seed says all of it.

/** Two platforms, what lies between them, and what can happen to them. */
export interface Playground {
  readonly place: Side
  readonly home: Side
  /** What becomes of the next message to a province. */
  readonly plan: { next: (type: string, to: string) => Mishap; lateMs: () => number }
  /** Goes on to the next month, some time in it, and lets whoever is treated in a run be known. */
  begin(seed: number, random: () => number): Promise<Readonly<Record<SideName, readonly Insured[]>>>
  /** Something that happens to one of the platforms: what, in words. */
  disturb(random: () => number): Promise<string>
  /** Lets a moment pass in which workers do what there is to do. */
  work(random: () => number): Promise<void>
  /** Lets time pass, a while of it, in which workers do what there is to do. */
  pass(): Promise<void>
  /** Everything the platforms have said of themselves so far. */
  logged(): readonly string[]
}

const REQUESTS = { ...BILL_REQUESTS, ...CLEARING_REQUESTS }

export interface Asked {
  readonly requestId: string
  readonly side: SideName
  readonly who: string
  readonly kind: keyof typeof REQUESTS
  readonly variables: Readonly<Record<string, unknown>>
  /** The last word of the platform, if it gave one. */
  answer: Data
}

/** A run, and what happened in it for whoever has to find out why it failed. */
export interface Run {
  readonly seed: number
  readonly asked: Asked[]
  readonly trace: string[]
}

/** One message in three meets with something. */
const MISHAP_RATE = 0.33

const isOfBill = (kind: Asked['kind']): kind is keyof typeof BILL_REQUESTS => kind in BILL_REQUESTS

async function ask(ground: Playground, { seed, trace }: Run, one: Asked): Promise<void> {
  const { requestId, side, who, kind, variables } = one
  const answered = await ground[side].ask(who, REQUESTS[kind], { requestId, ...variables })
  const answer = answered?.data == null ? null : Object.values(answered.data as Record<string, Data>)[0]
  const errors = answered === null ? 'no answer' : JSON.stringify(answered.errors)
  const said = answer === null ? errors : [answer.__typename, answer.id, answer.code].filter(Boolean).join(' ')
  trace.push(
    `${String(ground[side].now())} ${side} ${requestId} ${kind} ${said} ${JSON.stringify(answer?.problems ?? '')}`,
  )
  // An error of the platform is none that may come of what another does.
  if (answered !== null && answer === null) throw new Error(`seed ${seed}: ${errors}`)
  if (answer === null) return
  // What was done once is answered with the same ever after.
  const before = isOfBill(kind) ? undefined : one.answer?.id
  if (before !== undefined && answer.id !== before) throw new Error(`${requestId} ${kind}: ${before}, then ${said}`)
  one.answer = answer
}

/** Bills are settled, sent again, annulled and taken back in rounds of up to three at once, and cleared meanwhile. */
export async function play(ground: Playground, seed: number): Promise<Run> {
  const random = randomOf(seed)
  const below = (n: number) => Math.floor(random() * n)
  const run: Run = { seed, asked: [], trace: [] }
  const { trace } = run
  const persons = await ground.begin(seed, random)
  trace.push(...SIDES.map((side) => `seed ${seed}: ${side} begins at ${String(ground[side].now())}`))
  letHappen(ground, trace, randomOf(~seed))
  const add = (act: Omit<Asked, 'requestId' | 'answer'>): Asked => {
    const one: Asked = { requestId: `run-${seed}-${run.asked.length}`, ...act, answer: null }
    run.asked.push(one)
    return one
  }
  const drawing = { ground, run, add }
  const ofBill = async (own: () => number) => {
    if (own() < 0.05) return void trace.push(await ground.disturb(own))
    await ask(ground, run, nextOfBill(drawing, persons, own))
  }
  const ofClearing = async (own: () => number) => {
    const one = await nextOfClearing(drawing, own)
    if (one !== null) await ask(ground, run, one)
  }
  await traced(ground, [run], async () => {
    for (let round = 0; round < 4 + below(4); round += 1) {
      const acts = [
        ...Array.from({ length: 1 + below(3) }, () => ofBill),
        ...Array.from({ length: 1 + below(3) }, () => ofClearing),
        (own: () => number) => ground.work(own),
      ]
      // Each draws from a row of its own, so that who comes first changes nothing of what is drawn.
      const own = acts.map(() => randomOf(below(2 ** 31)))
      await Promise.all(acts.map((act, i) => act(own[i] ?? random)))
    }
  })
  ground.plan.next = () => 'PASS'
  return run
}

function letHappen({ plan }: Playground, trace: string[], random: () => number): void {
  const below = (n: number) => Math.floor(random() * n)
  plan.lateMs = () => below(300)
  plan.next = (type, to) => {
    const mishap = random() < MISHAP_RATE ? (MISHAPS[below(MISHAPS.length)] ?? 'PASS') : 'PASS'
    trace.push(`  to ${to} ${type} ${mishap}`)
    return mishap
  }
}

/** Keeps the whole trace of runs that fail, and says where it is. */
export async function traced(ground: Playground, runs: readonly Run[], work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (cause) {
    const path = await keepTrace(ground, runs, cause).catch((error: unknown) => `none could be kept: ${String(error)}`)
    const seeds = `seed ${runs[0]?.seed} to ${runs.at(-1)?.seed}`
    throw new Error(`${seeds}: ${String(cause)}\nthe whole trace: ${path}`, { cause })
  }
}

/** Requests asked again at once when nothing stands in their way any more. */
const AT_ONCE = 6

/**
 * Nothing stands in the way any more: every request is sent again, both platforms have to come to the same end, and stay
 * there, and all that must hold of it is proven.
 */
export async function conclude(ground: Playground, runs: readonly Run[]): Promise<void> {
  await settleDown(ground)
  for (const run of runs) {
    const left = run.asked.values()
    const again = async () => {
      for (const one of left) await ask(ground, run, one)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, again))
    // Of one bill under two requests the second is told to come again.
    for (const one of run.asked) if (one.answer?.retryable === true) await ask(ground, run, one)
  }
  await settleDown(ground)
  await finishPayments(ground)
  await settleDown(ground, 1)
  for (const run of runs) {
    await expectAnswered(ground, run)
    for (const side of SIDES) await expectAgreed(ground, run, side)
  }
  await expectBooks(ground)
}

const WHILES_MAX = 60
/** So long that home has taken back what was not committed. */
const WHILES_MIN = 6

const OPEN = `
  select 'bill' as what, exchange::text as id, state, trouble from settlement.away_bill where next_at is not null
  union all
  select type, id::text, message ->> 'step', tries::text from settlement.province_message where answered_at is null`

export async function settleDown(ground: Playground, whiles = WHILES_MIN): Promise<void> {
  for (let round = 1; round <= WHILES_MAX; round += 1) {
    await ground.pass()
    const open = (await Promise.all(SIDES.map((side) => ground[side].rows(OPEN)))).flat()
    if (open.length === 0 && round >= whiles) return
    if (round === WHILES_MAX) throw new Error(`still under way: ${JSON.stringify(open)}`)
  }
}
