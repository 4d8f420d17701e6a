import { connect } from '@yibao/drizzle/connect'
import { demoNames } from '../demo/directory.ts'
import { loadDemo } from '../demo/load.ts'
import { startProcess, type Child } from './faults/child.ts'
import { tokenOf } from './faults/tokens.ts'
import { addPerson, openPlace, send, type Data } from './world.ts'

/**
 * So many processes of the platform on one database with the demo's data. They run by the real clock. `as` asks the
 * process with that number (any number will do) in the name of somebody, with a token of that process's issuer.
 */
export async function openProcesses(count: number, logLevel: 'debug' | 'warn' = 'warn') {
  const place = await openPlace()
  const { databaseUrl: url, dataDir, keys } = place
  const [insured, institutions, settlement] = await Promise.all([
    connect({ url, schema: 'insured' }),
    connect({ url, schema: 'institutions' }),
    connect({ url, schema: 'settlement' }),
  ])
  await loadDemo({ databases: { insured, institutions, settlement }, keys })
  const start = () => startProcess({ databaseUrl: url, dataDir, logLevel })
  const children = await Promise.all(Array.from({ length: count }, start))

  const tokens = new Map<string, Promise<string>>()
  function token(number: number, name: string): Promise<string> {
    const { address } = childAt(children, number)
    const key = `${address} ${name}`
    const known = tokens.get(key) ?? tokenOf(address, dataDir, name)
    tokens.set(key, known)
    return known
  }

  return {
    ...place,
    children,
    token,
    async as(number: number, name: string, query: string, variables = {}): Promise<Data> {
      const bearer = await token(number, name)
      const { data, errors } = await send(childAt(children, number).address, bearer, query, variables)
      if (errors !== undefined) throw new Error(JSON.stringify(errors) + childAt(children, number).output())
      return data
    },
    addPerson: (person: Parameters<typeof addPerson>[2]) =>
      addPerson({ insured, settlement }, { keys, names: demoNames(), now: Temporal.Now.instant() }, person),
    async close() {
      await Promise.all(children.map((one) => one.end('SIGTERM')))
      await Promise.all([insured.close(), institutions.close(), settlement.close()])
      await place.close()
    },
  }
}

export type Processes = Awaited<ReturnType<typeof openProcesses>>

function childAt(children: readonly Child[], number: number): Child {
  const child = children[number % children.length]
  if (child === undefined) throw new Error('no process was started')
  return child
}

/** Eight in the morning of the day before yesterday, when everything a test bills happened. */
export const RECENTLY = Temporal.Now.zonedDateTimeISO('Asia/Shanghai')
  .subtract({ days: 2 })
  .with({ hour: 8, minute: 0, second: 0, millisecond: 0, microsecond: 0, nanosecond: 0 })
  .toInstant()
  .toZonedDateTimeISO('+08:00')
  .toString({ timeZoneName: 'never' })
