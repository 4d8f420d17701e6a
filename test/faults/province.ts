import { registerPartner } from '@yibao/cross-province/commands/partner'
import { connect } from '@yibao/drizzle/connect'
import { startEmbedded } from '@yibao/drizzle/embedded'
import { systemClock } from '@yibao/schema/dates'
import { loadKeys, type Keys } from '@yibao/schema/keys'
import pg from 'pg'
import { loadDemo } from '../../demo/load.ts'
import { NINGBO, type Side } from '../exchange-runs.ts'
import { FILE } from '../world-queries.ts'
import { send, type Answer } from '../world.ts'
import { run, startProcess, type Child } from './child.ts'
import { tokenOf } from './tokens.ts'
import { newDataFolder, postmasterOf } from './world.ts'

/** The platform of a province in a process of its own, on a database server of its own. */
export interface ProvinceSide extends Side {
  readonly province: string
  readonly address: string
  readonly keys: Keys
  readonly databaseUrl: string
  kills(): number
  /** Ends the process with -9 and starts another one. */
  killProcess(): Promise<void>
  /** Ends the database server with -9; whoever keeps it brings it back. */
  killServer(): Promise<void>
  /** Files for long-term treatment, as the person. */
  file(personNumber: string, destination: string): Promise<void>
  verify(): Promise<{ readonly code: number | null; readonly output: string }>
  close(): Promise<void>
}

export async function openSide(province: string): Promise<ProvinceSide> {
  const folder = await newDataFolder()
  const { dataDir, port } = folder
  const embedded = await startEmbedded({ dataDir, durable: true })
  const databaseUrl = embedded.url
  const start = () => startProcess({ databaseUrl, dataDir, logLevel: 'warn', province, port })
  let child: Child = await start()
  const { address } = child
  const keys = await loadKeys(dataDir)
  await addDemo(databaseUrl, keys)
  const admin = new pg.Pool({ connectionString: databaseUrl, max: 2 })
  admin.on('error', () => {})
  let token = ''
  let killed = 0

  /** What the platform answers; null while it is not there. */
  async function ask(query: string, variables: object, name = NINGBO): Promise<Answer | null> {
    try {
      if (name === NINGBO && token === '') token = await tokenOf(address, dataDir, NINGBO)
      return await send(address, name === NINGBO ? token : await tokenOf(address, dataDir, name), query, variables)
    } catch {
      return null
    }
  }

  return {
    province,
    address,
    keys,
    databaseUrl,
    kills: () => killed,
    async ask(query, variables) {
      const answer = await ask(query, variables)
      // A token that ran out, and an error that the loss of the database or the other half of a process explains.
      if (answer?.errors?.some(({ extensions }) => extensions.code === 'UNAUTHENTICATED') === true) token = ''
      return answer === null || answer.errors !== undefined ? null : answer
    },
    async rows(text, args = []) {
      for (let tries = 0; ; tries += 1) {
        try {
          return (await admin.query(text, [...args])).rows
        } catch (error) {
          if (tries === 20) throw error
          await new Promise((resolve) => setTimeout(resolve, 500))
        }
      }
    },
    async killProcess() {
      killed += 1
      await child.end('SIGKILL')
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
        const answer = await ask(FILE, { requestId: `file-${personNumber}`, input }, personNumber)
        if (answer?.data?.fileTreatmentElsewhere?.__typename === 'Filing') return
        await new Promise((resolve) => setTimeout(resolve, 1000))
      }
      throw new Error(`${personNumber} could not file`)
    },
    verify: () => run(['verify.ts'], { YIBAO_DATA: dataDir, DATABASE_URL: databaseUrl }),
    async close() {
      await child.end('SIGTERM')
      await admin.end()
      await embedded.stop()
      await folder.remove()
    },
  }
}

async function addDemo(url: string, keys: Keys): Promise<void> {
  const [insured, institutions, settlement] = await Promise.all([
    connect({ url, schema: 'insured' }),
    connect({ url, schema: 'institutions' }),
    connect({ url, schema: 'settlement' }),
  ])
  await loadDemo({ databases: { insured, institutions, settlement }, keys })
  await Promise.all([insured.close(), institutions.close(), settlement.close()])
}

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
