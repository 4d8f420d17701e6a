import { Busy } from '@yibao/schema/rejection'
import { expect, test } from 'vitest'
import { createBillQueue, type QueueLimits } from './bill-queue.ts'

const LIMITS: QueueLimits = { underWay: 4, ofOne: 50, inAll: 1000 }

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

test('a bill that fails gives its turn back', async () => {
  const queue = createBillQueue({ ...LIMITS, underWay: 1 })
  const failing = queue.run({ institution: 'A', person: 'p' }, () => Promise.reject(new Error('outage')))
  await expect(failing).rejects.toThrow('outage')
  await expect(queue.run({ institution: 'A', person: 'p' }, () => Promise.resolve('done'))).resolves.toBe('done')
})
