import { Busy } from '@yibao/schema/rejection'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBillQueue, createBillQueues, type QueueLimits } from './bill-queue.ts'

const LIMITS: QueueLimits = { underWay: 4, ofOne: 50, ofPerson: 20, inAll: 1000 }

/** A queue whose bills are served one after the other by `serve`, and a list of who was. */
function open(limits: Partial<QueueLimits> = {}) {
  const queue = createBillQueue({ ...LIMITS, ...limits })
  const begun: string[] = []
  const ends: (() => void)[] = []
  let count = 0
  const send = (institution: string, person = `person-${(count += 1)}`) =>
    queue.run({ institution, person }, () => {
      begun.push(institution)
      return new Promise<void>((end) => ends.push(end))
    })
  /** Lets the oldest bill under way come to its end. */
  async function serve(times: number): Promise<void> {
    for (let i = 0; i < times; i += 1) {
      ends.shift()?.()
      await settled()
    }
  }
  return { send, serve, begun }
}

const settled = () => new Promise((resolve) => void setImmediate(resolve))
const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))
const codeOf = (refusal: unknown) => (refusal instanceof Busy ? [refusal.code, refusal.retryable] : refusal)

test('no more bills are under way than there are turns', async () => {
  const { send, serve, begun } = open()
  const all = times(10, () => send('A'))
  await settled()
  expect(begun).toHaveLength(4)
  await serve(3)
  expect(begun).toHaveLength(7)
  await serve(7)
  await Promise.all(all)
})

test('institutions take turns: behind forty bills of one, the third of another is served as the sixth from now', async () => {
  const { send, serve, begun } = open()
  const all = times(40, () => send('flood'))
  await settled()
  all.push(...times(3, () => send('small')))
  await serve(6)
  expect(begun.slice(0, 4)).toEqual(['flood', 'flood', 'flood', 'flood'])
  expect(begun.slice(4)).toEqual(['flood', 'small', 'flood', 'small', 'flood', 'small'])
  await serve(37)
  await Promise.all(all)
})

test('bills of one person go one after the other, whoever sent them, and hold no turn while they wait', async () => {
  const { send, serve, begun } = open()
  const all = [...times(9, () => send('A', 'same')), send('B')]
  await settled()
  expect(begun).toEqual(['A', 'B'])
  await serve(10)
  expect(begun).toHaveLength(10)
  await Promise.all(all)
})

test('a bill waits for its turn and its person, not behind what another hospital has sent', async () => {
  const { send, serve, begun } = open()
  const all = [...times(4, () => send('A')), ...times(30, () => send('A')), ...times(6, () => send('A', 'same'))]
  await settled()
  all.push(send('B', 'same'), send('B'))
  await serve(4)
  expect(begun.slice(4).join('')).toBe('ABAB')
  await serve(38)
  await Promise.all(all)
})

test('of one person institutions take turns: behind nine bills of one, the two of another are the second and the fourth', async () => {
  const { send, serve, begun } = open()
  const all = [...times(10, () => send('A', 'same')), ...times(2, () => send('B', 'same'))]
  await settled()
  await serve(12)
  expect(begun.slice(0, 6).join('')).toBe('AABABA')
  await Promise.all(all)
})

test('an institution that sends bills of one person over and over is told BUSY for that person, and another is not', async () => {
  const { send, serve, begun } = open({ ofPerson: 3 })
  const all = times(3, () => send('A', 'same'))
  await expect(send('A', 'same').catch(codeOf)).resolves.toEqual(['BUSY', true])
  all.push(send('A'), send('B', 'same'))
  await serve(5)
  await Promise.all(all)
  const later = send('A', 'same')
  await serve(1)
  await later
  expect(begun).toHaveLength(6)
})

test('beyond its bound an institution is told BUSY, to be sent again, and another is not', async () => {
  const { send, serve, begun } = open({ ofOne: 5 })
  const all = times(5, () => send('A'))
  await expect(send('A').catch(codeOf)).resolves.toEqual(['BUSY', true])
  all.push(send('B'))
  await serve(6)
  await Promise.all(all)
  const later = send('A')
  await settled()
  await serve(1)
  await later
  expect(begun).toHaveLength(7)
})

test('when the process is full only those are told BUSY who hold more than their share', async () => {
  const { send, serve } = open({ inAll: 12 })
  const all = [...times(10, () => send('A')), ...times(2, () => send('B'))]
  await expect(send('A').catch(codeOf)).resolves.toEqual(['BUSY', true])
  all.push(...times(4, () => send('B')))
  await expect(send('B').catch(codeOf)).resolves.toEqual(['BUSY', true])
  all.push(send('C'))
  await serve(17)
  await Promise.all(all)
})

test('however many names they come under, twice the bound of all is the end', async () => {
  const { send, serve } = open({ inAll: 12 })
  let name = 0
  const all = times(24, () => send(`name-${(name += 1)}`))
  await expect(send('new').catch(codeOf)).resolves.toEqual(['BUSY', true])
  await serve(24)
  await Promise.all(all)
  const later = send('new')
  await serve(1)
  await later
})

test('in any order of coming and ending each bill is served once, no two of a person and no more than there are turns', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(4), fc.nat(6), fc.nat(5)), { maxLength: 80 }), async (bills) => {
      const queue = createBillQueue({ ...LIMITS, ofOne: 100, ofPerson: 100 })
      const underWay: number[] = []
      let [served, most] = [0, 0]
      const all: Promise<void>[] = []
      for (const [institution, person, turns] of bills) {
        const work = async () => {
          expect(underWay).not.toContain(person)
          underWay.push(person)
          most = Math.max(most, underWay.length)
          for (let i = 0; i < turns; i += 1) await Promise.resolve()
          underWay.splice(underWay.indexOf(person), 1)
          served += 1
        }
        all.push(queue.run({ institution: `i${institution}`, person: `p${person}` }, work))
        if (turns === 0) await settled()
      }
      await Promise.all(all)
      expect(served).toBe(bills.length)
      expect(most).toBeLessThanOrEqual(LIMITS.underWay)
      // Nothing is left held: as many as there are turns go at once again.
      const begun: number[] = []
      const again = times(LIMITS.underWay, (i) =>
        queue.run({ institution: 'i0', person: `p${i}` }, () => Promise.resolve(void begun.push(i))),
      )
      expect(begun).toHaveLength(LIMITS.underWay)
      await Promise.all(again)
    }),
  )
})

test('queues of several names do not wait for each other', async () => {
  const queueTo = createBillQueues({ ...LIMITS, underWay: 1 })
  const hanging = Promise.withResolvers<void>()
  const sender = { institution: 'A', person: 'p' }
  const first = queueTo('51').run(sender, () => hanging.promise)
  const second = queueTo('51').run(sender, () => Promise.resolve('second'))
  await expect(queueTo('44').run(sender, () => Promise.resolve('done'))).resolves.toBe('done')
  hanging.resolve()
  await first
  await expect(second).resolves.toBe('second')
})

test('a bill that fails gives its turn back', async () => {
  const queue = createBillQueue({ ...LIMITS, underWay: 1 })
  const failing = queue.run({ institution: 'A', person: 'p' }, () => Promise.reject(new Error('outage')))
  await expect(failing).rejects.toThrow('outage')
  await expect(queue.run({ institution: 'A', person: 'p' }, () => Promise.resolve('done'))).resolves.toBe('done')
})
