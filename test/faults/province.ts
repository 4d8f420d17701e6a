import { registerPartner } from '@yibao/cross-province/commands/partner'
import { connect } from '@yibao/drizzle/connect'
import { startEmbedded } from '@yibao/drizzle/embedded'
import { systemClock } from '@yibao/schema/dates'
import { loadKeys, type Keys } from '@yibao/schema/keys'
import pg from 'pg'
import { demoNames } from '../../demo/directory.ts'
import { loadDemo } from '../../demo/load.ts'
import { WATCH } from '../exchange-limit.ts'
import { PARTIES, STAFF, type Insured, type Side } from '../exchange-parties.ts'
import { FILE } from '../world-queries.ts'
import { addPerson, send, type Answer } from '../world.ts'
import { run, startProcess, type Child } from './child.ts'
import { tokenOf } from './tokens.ts'
import { newDataFolder, postmasterOf, runNow } from './world.ts'

/** The platform of a province in a process of its own, on a database server of its own. */
export interface ProvinceSide extends Side {
  readonly province: string
  readonly address: string
  readonly keys: Keys
  readonly databaseUrl: string
  kills(): number
  /** Everything its processes have said. */
  output(): string
  /** Somebody insured in Hangzhou, on its platform. */
  readonly strangers: readonly Insured[]
  /** Sets its clock. */
  setTime(time: Temporal.Instant): void
  /** Has workers do at once what they do every half minute. */
  work(): Promise<void>
  /** Ends the process with -9 and starts another one. */
  killProcess(): Promise<void>
  /** Ends the database server with -9; whoever keeps it brings it back. */
  killServer(): Promise<void>
  /** Files for long-term treatment, as the person. */
  file(personNumber: string, destination: string): Promise<void>
  close(): Promise<void>
}

export async function openSide(province: string): Promise<ProvinceSide> {
  const folder = await newDataFolder()
  const { dataDir, port } = folder
  const embedded = await startEmbedded({ dataDir, durable: true })
  const databaseUrl = embedded.url
  let daysAhead = 0
  const accounts = STAFF.filter((one) => one.pool.startsWith(province))
  const start = () => startProcess({ databaseUrl, dataDir, logLevel: 'warn', province, port, daysAhead, accounts })
  let child: Child = await start()
  const { address } = child
  const keys = await loadKeys(dataDir)
  const strangers = await addPersons(databaseUrl, keys)
  const admin = new pg.Pool({ connectionString: databaseUrl, max: 2 })
  admin.on('error', () => {})
  await admin.query(WATCH)
  const tokens = new Map<string, Promise<string>>()
  let killed = 0
  let said = ''

  /** What the platform answers; null while it is not there. */
  async function ask(name: string, query: string, variables: object): Promise<Answer | null> {
    const token = tokens.get(name) ?? tokenOf(address, dataDir, name)
    tokens.set(name, token)
    try {
      return await send(address, await token, query, variables)
    } catch {
      if ((await token.catch(() => null)) === null) tokens.delete(name)
      return null
    }
  }

  const side: ProvinceSide = {
    province,
    address,
    keys,
    databaseUrl,
    strangers,
    kills: () => killed,
    output: () => said + child.output(),
    now: () => systemClock().add({ milliseconds: Math.round(86_400_000 * daysAhead) }),
    setTime(time) {
      daysAhead = (time.epochMilliseconds - systemClock().epochMilliseconds) / 86_400_000
      child.tell(String(daysAhead))
    },
    async work() {
      for (const job of JOBS) await runNow(admin, job).catch(() => {})
    },
    async proven() {
      const { code, output } = await run(['verify.ts'], { YIBAO_DATA: dataDir, DATABASE_URL: databaseUrl })
      return code === 0 ? [] : [output]
    },
    async ask(name, query, variables) {
      const answer = await ask(name, query, variables)
      // A token that ran out, and an error that the loss of the database or the other half of a process explains.
      if (answer?.errors?.some(({ extensions }) => extensions.code === 'UNAUTHENTICATED') === true) tokens.delete(name)
      return answer === null || answer.errors !== undefined ? null : answer
    },
    async rows(text, args = []) {
      for (let tries = 0; ; tries += 1) {
        try {
          return (await admin.query(text, [...args])).rows
        } catch (error) {
          if (tries === 240) throw error
          await new Promise((resolve) => setTimeout(resolve, 500))
        }
      }
    },
    async killProcess() {
      killed += 1
      await child.end('SIGKILL')
      said += child.output()
      child = await start()
    },
    async killServer() {
      killed += 1
      const pid = await postmasterOf(dataDir)
      if (pid !== 0) process.kill(pid, 'SIGKILL')
    },
    async file(personNumber, destination) {
      const input = { type: 'LONG_TERM', destination, ground: 'RESIDENT_ELSEWHERE', evidence: 'PROMISE' }
      for (let tries = 0; tries < 20; tries += 1) {
        const answer = await ask(personNumber, FILE, { requestId: `file-${personNumber}`, input })
        if (answer?.data?.fileTreatmentElsewhere?.__typename === 'Filing') return
        await new Promise((resolve) => setTimeout(resolve, 1000))
      }
      throw new Error(`${personNumber} could not file`)
    },
    async close() {
      await child.end('SIGTERM')
      await admin.end()
      await embedded.stop()
      await folder.remove()
    },
  }
  return side
}

/** What workers do so seldom that nobody waits for it. */
const JOBS = ['give-back-deductions', 'count-province-limits']

/** The data of the demo, and a few persons of the other pool of these runs. */
async function addPersons(url: string, keys: Keys): Promise<Insured[]> {
  const [insured, institutions, settlement] = await Promise.all([
    connect({ url, schema: 'insured' }),
    connect({ url, schema: 'institutions' }),
    connect({ url, schema: 'settlement' }),
  ])
  await loadDemo({ databases: { insured, institutions, settlement }, keys })
  const pool = PARTIES.place.insuredPool
  const added: Insured[] = []
  for (let i = 0; i < STRANGERS; i += 1)
    added.push(
      await addPerson(
        { insured, settlement },
        { keys, names: demoNames(), now: systemClock() },
        {
          enrolments: [{ pool, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
          account: { pool, current: 500 },
        },
      ),
    )
  await Promise.all([insured.close(), institutions.close(), settlement.close()])
  return added
}

const STRANGERS = 6

/** Registers another platform, as `npm run partner` does. */
export async function introduceSide(to: ProvinceSide, other: ProvinceSide, url: string): Promise<void> {
  const crossProvince = await connect({ url: to.databaseUrl, schema: 'cross_province' })
  const { province, keys } = other
  const key = JSON.stringify(keys.exchange.publicKey.export({ format: 'jwk' }))
  await registerPartner(
    crossProvince.hot,
    { province, name: province, url, key },
    systemClock().subtract({ hours: 24 }),
  )
  await crossProvince.close()
}
