import { expect, test } from 'vitest'
import { createGroups } from './groups.ts'

interface Item {
  readonly name: string
  readonly kind?: number
  readonly keys?: readonly string[]
}

/** Groups of names whose statements end when `answer` is called; `fail` makes one of many fail. */
function open({ inFlight = 1, size = 10, fail = (_names: string): boolean => false } = {}) {
  const sent: string[] = []
  const ends: (() => void)[] = []
  const asked = (names: string) => {
    sent.push(names)
    return new Promise<void>((end) => ends.push(end))
  }
  const send = createGroups<Item, string>({
    inFlight,
    size,
    isOfAll: (error) => String(error).includes('lost'),
    kindOf: ({ kind = 0 }) => kind,
    keysOf: ({ keys = [] }) => keys,
    async alone({ name }) {
      await asked(name)
      if (fail(name)) throw new Error(`${name} failed`)
      return `${name} alone`
    },
    async together(items) {
      const names = items.map(({ name }) => name).join('+')
      await asked(names)
      if (fail(names)) throw new Error(names.includes('lost') ? 'lost' : `${names} failed`)
      return items.map(({ name }) => `${name} of ${items.length}`)
    },
  })
  async function answer(): Promise<void> {
    await turn()
    for (const end of ends.splice(0)) end()
    await turn()
  }
  return { send, sent, answer }
}

const turn = () => new Promise((resolve) => void setTimeout(resolve, 1))

test('one that finds a free place waits for nobody and goes alone', async () => {
  const { send, sent, answer } = open({ inFlight: 2 })
  const first = send({ name: 'a' })
  await turn()
  expect(sent).toEqual(['a'])
  const second = send({ name: 'b' })
  await turn()
  expect(sent).toEqual(['a', 'b'])
  await answer()
  expect(await Promise.all([first, second])).toEqual(['a alone', 'b alone'])
})

test('those who wait together go together, in order of arrival and no more than fit', async () => {
  const { send, sent, answer } = open({ size: 3 })
  const first = send({ name: 'a' })
  await turn()
  const others = ['b', 'c', 'd', 'e'].map((name) => send({ name }))
  await answer()
  await answer()
  await answer()
  expect(sent).toEqual(['a', 'b+c+d', 'e'])
  expect(await Promise.all([first, ...others])).toEqual(['a alone', 'b of 3', 'c of 3', 'd of 3', 'e alone'])
})

test('what must not be under way twice is once in a statement, not in another one meanwhile, and then alone, so that it spoils none', async () => {
  const { send, sent, answer } = open({ inFlight: 2 })
  const all = [
    send({ name: 'a', keys: ['person 1', 'request 1'] }),
    send({ name: 'b', keys: ['person 1', 'request 2'] }),
    send({ name: 'c', keys: ['person 2', 'request 1'] }),
    send({ name: 'd', keys: ['person 3', 'request 3'] }),
  ]
  await turn()
  expect(sent).toEqual(['a+d'])
  all.push(send({ name: 'e', keys: ['person 3'] }))
  await turn()
  expect(sent).toEqual(['a+d'])
  all.push(send({ name: 'f', keys: ['person 4'] }), send({ name: 'g', keys: ['person 5'] }))
  await answer()
  expect(sent).toEqual(['a+d', 'f+g', 'b', 'c'])
  await answer()
  await answer()
  expect(sent.at(-1)).toBe('e')
  await Promise.all(all)
})

test('those of another kind go by a statement of their own', async () => {
  const { send, sent, answer } = open({ inFlight: 2 })
  const all = [0, 1, 0, 1].map((kind, i) => send({ name: `${i}`, kind }))
  await answer()
  expect(sent).toEqual(['0+2', '1+3'])
  await Promise.all(all)
})

test('when a statement of many fails each goes alone once, and only the one at fault fails', async () => {
  const { send, sent, answer } = open({ fail: (names) => names.includes('bad') })
  const all = ['a', 'bad', 'b'].map((name) => send({ name }))
  const answers = Promise.allSettled(all)
  await answer()
  await answer()
  expect(sent).toEqual(['a+bad+b', 'a', 'bad', 'b'])
  expect((await answers).map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason)))).toEqual([
    'a alone',
    'Error: bad failed',
    'b alone',
  ])
  const after = send({ name: 'c' })
  await answer()
  expect(await after).toBe('c alone')
})

test('what fails for all, as a lost connection does, is told to each and not tried again', async () => {
  const { send, sent, answer } = open({ fail: (names) => names.includes('lost') })
  const answers = Promise.allSettled(['a', 'lost', 'b'].map((name) => send({ name })))
  await answer()
  expect(sent).toEqual(['a+lost+b'])
  expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
})
