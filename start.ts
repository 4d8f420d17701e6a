// `npm start`: everything in one process. Without DATABASE_URL it brings its own PostgreSQL and the demo data, settles
// one demo bill through the gateway with a real token, and prints it as a receipt; then it starts a second province beside
// it, and prints the bill of somebody insured in the one and treated in the other.
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { DOCUMENT_ENVIRONMENT, documentSettingsOf } from '@yibao/documents/settings'
import { findBeside } from '@yibao/drizzle/beside'
import { startEmbedded, type Embedded } from '@yibao/drizzle/embedded'
import { NotThatKind } from '@yibao/drizzle/sandbox-clock'
import { decideIssuer } from '@yibao/gateway/issuer/decide'
import { demoDirectory } from '@yibao/gateway/issuer/demo-directory'
import { emptyDirectory, type Directory } from '@yibao/gateway/issuer/directory'
import { KEY_ENVIRONMENT, keysGiven, SIGN_IN_ENVIRONMENT, signInOptionsOf } from '@yibao/gateway/issuer/environment'
import { fileDirectory } from '@yibao/gateway/issuer/file-directory'
import { CARRIER_ENVIRONMENT, carriersOf } from '@yibao/insured/peers/deliver-settings'
import { readConfig, secret, type Config } from '@yibao/schema/config'
import { loadKeys, type Keys } from '@yibao/schema/keys'
import { createLog } from '@yibao/schema/log'
import { Advice, explain, runMain, takeNoArguments } from '@yibao/schema/process'
import { writeReceiptKeys } from '@yibao/schema/receipt-key'
import { WEBHOOK_ENVIRONMENT } from '@yibao/institutions/peers/webhook'
import { PAYMENT_ENVIRONMENT, paymentOf } from '@yibao/settlement/peers/payment-settings'
import closeWithGrace from 'close-with-grace'
import { z } from 'zod'
import { settleAwayBill } from './demo/away.ts'
import { demoNames } from './demo/directory.ts'
import { loadDemo } from './demo/load.ts'
import { settleDemoBill } from './demo/first-bill.ts'
import { startPaymentProvider } from './demo/payment-provider.ts'
import { HOME, introduce, startSecondProvince, type Province } from './demo/second-province.ts'
import { startPlatform, type IssuerChoice, type Platform } from './platform.ts'

const ENVIRONMENT = {
  ...SIGN_IN_ENVIRONMENT,
  ...KEY_ENVIRONMENT,
  ...PAYMENT_ENVIRONMENT,
  ...WEBHOOK_ENVIRONMENT,
  ...DOCUMENT_ENVIRONMENT,
  ...CARRIER_ENVIRONMENT,
  /** PostgreSQL 15 or newer; its own embedded one unless given. */
  DATABASE_URL: secret(z.url({ protocol: /^postgres(ql)?$/ }).optional()),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(1).max(65_535).default(4000),
  /** How clients reach the gateway, when a proxy stands before it: `https://yibao.example.cn`. */
  YIBAO_PUBLIC_URL: z.url().optional(),
  /** Where keys and the embedded database live. */
  YIBAO_DATA: z
    .string()
    .default('data')
    .transform((path) => resolve(path)),
  /** A place for trying things out, with data of its own and a time that can be moved on. */
  YIBAO_SANDBOX: z.stringbool().default(false),
  /** Whether clients may ask for the schema. */
  YIBAO_INTROSPECTION: z.stringbool().default(true),
  /** First two digits of the divisions it is the platform of: `62`. Without it bills of other provinces are not exchanged. */
  YIBAO_PROVINCE: z
    .string()
    .regex(/^[1-8][0-9]$/)
    .optional(),
  /** Whether the demo has a second province beside the first. */
  YIBAO_SECOND_PROVINCE: z.stringbool().default(true),
  YIBAO_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).optional(),
}
type Settings = Config<typeof ENVIRONMENT>

const say = (text: string) => process.stdout.write(`${text}\n`)

async function choose(settings: Settings): Promise<{ isDemo: boolean; issuer: (keys: Keys) => Promise<IssuerChoice> }> {
  const { DATABASE_URL, HOST, PORT, NODE_ENV, YIBAO_ISSUER, YIBAO_EMBEDDED_ISSUER, YIBAO_DIRECTORY, YIBAO_DATA } =
    settings
  const decision = decideIssuer({
    databaseUrl: DATABASE_URL,
    host: HOST,
    nodeEnv: NODE_ENV,
    issuer: YIBAO_ISSUER,
    embeddedIssuer: YIBAO_EMBEDDED_ISSUER,
  })
  if (decision.kind === 'refused') throw new Advice(`${decision.text.zh}\n${decision.text.en}`)
  if (decision.kind === 'external') {
    const address = settings.YIBAO_PUBLIC_URL ?? `http://${HOST}:${PORT}`
    const options = signInOptionsOf(settings, { issuer: decision.issuer, endpoint: `${address}/graphql` })
    return { isDemo: false, issuer: () => Promise.resolve({ kind: 'external', ...options }) }
  }
  const directory = (): Promise<Directory> => {
    if (decision.demo) return demoDirectory(YIBAO_DATA, demoNames())
    return YIBAO_DIRECTORY === undefined ? Promise.resolve(emptyDirectory) : fileDirectory(YIBAO_DIRECTORY)
  }
  return { isDemo: decision.demo, issuer: async () => ({ kind: 'embedded', directory: await directory() }) }
}

/** The provider that is set, or with the demo's data one of its own, where nobody pays real money. */
async function choosePayment(settings: Settings, isDemo: boolean) {
  const given = paymentOf(settings)
  if (given !== undefined || !isDemo) return { payment: given, close: () => Promise.resolve() }
  const key = randomBytes(16).toString('hex')
  const provider = await startPaymentProvider({ file: join(settings.YIBAO_DATA, 'payments.jsonl'), key })
  return { payment: { url: provider.url, key }, close: () => provider.close() }
}

/** A second province is part of the demo alone, and of no platform that knows which province it is of. */
const hasSecond = ({ DATABASE_URL, YIBAO_SANDBOX, YIBAO_PROVINCE, YIBAO_SECOND_PROVINCE }: Settings, isDemo: boolean) =>
  YIBAO_SECOND_PROVINCE && isDemo && !YIBAO_SANDBOX && DATABASE_URL === undefined && YIBAO_PROVINCE === undefined

/** What was started so far, to be closed together. */
interface Running {
  platform: Platform | null
  second: Province | null
  closePayment: () => Promise<void>
}

async function closeAll({ platform, second, closePayment }: Running): Promise<void> {
  await Promise.all([platform?.close(), second?.platform.close()])
  await closePayment()
}

async function start(settings: Settings): Promise<void> {
  const { DATABASE_URL, YIBAO_DATA: dataDir, HOST: host, PORT: port, YIBAO_SANDBOX: sandbox } = settings
  if ((await findBeside(dataDir)) !== null)
    throw new Advice(
      `${dataDir} 属于另一平台的第二省份，随该平台启动。 ${dataDir} is of the second province of another platform, which starts it.`,
    )
  const { isDemo, issuer } = await choose(settings)
  const isPair = hasSecond(settings, isDemo)
  const logger = createLog({ name: 'yibao', level: settings.YIBAO_LOG_LEVEL ?? (isDemo ? 'warn' : 'info') })
  await mkdir(dataDir, { recursive: true })
  const keys = await loadKeys(dataDir, keysGiven(settings))
  await writeReceiptKeys(dataDir, keys.receipt.publicKey)
  const { payment, close: closePayment } = await choosePayment(settings, isDemo)
  say(`医保平台 Yibao：${DATABASE_URL === undefined ? `数据目录 data in ${dataDir}` : '使用 DATABASE_URL'}`)
  const starting = DATABASE_URL === undefined ? startEmbedded({ dataDir, durable: true }) : Promise.resolve(null)
  const running: Running = { platform: null, second: null, closePayment }
  let isStopping = false
  const stopping = closeWithGrace({ delay: 15_000 }, async ({ err }) => {
    isStopping = true
    if (err) process.stderr.write(`${err.stack ?? err.message}\n`)
    await closeAll(running)
    // Told to stop while the database starts: it is waited for, because nobody would stop it later.
    await (await starting.catch(() => null))?.stop()
  })
  let embedded: Embedded | null = null
  try {
    embedded = await starting
    if (isStopping) return
    const both = {
      logger,
      carriers: carriersOf(settings),
      host,
      requireDPoP: settings.YIBAO_REQUIRE_DPOP,
      introspection: settings.YIBAO_INTROSPECTION,
      payment,
      webhooks: { allowLocal: settings.YIBAO_WEBHOOK_LOCAL },
    }
    const first = startPlatform({
      ...both,
      databaseUrl: DATABASE_URL ?? embedded?.url ?? '',
      keys,
      issuer: await issuer(keys),
      sealFolder: join(dataDir, 'audit'),
      documents: documentSettingsOf(settings, dataDir),
      port,
      publicUrl: settings.YIBAO_PUBLIC_URL,
      province: settings.YIBAO_PROVINCE ?? (isPair ? HOME : undefined),
      sandbox,
    }).then(async (platform) => {
      running.platform = platform
      if (isDemo || sandbox) await loadDemo({ ...platform, keys, progress: say })
      if (isDemo) say(await settleDemoBill({ address: platform.address, dataDir }))
      return platform
    })
    const beside = isPair && embedded !== null ? startSecondProvince({ ...both, dataDir, embedded, port }) : null
    const second = Promise.resolve(beside).then((one) => (running.second = one))
    // Both are waited for, so that what one of them started is closed when the other cannot.
    const ended = await Promise.allSettled([first, second])
    for (const one of ended) if (one.status === 'rejected') throw one.reason
    if (running.second !== null) await showBoth({ platform: await first, keys, dataDir }, running.second)
  } catch (error) {
    stopping.uninstall()
    await closeAll(running)
    await embedded?.stop()
    throw error instanceof NotThatKind ? new Advice(error.message) : error
  }
  say(`ready  ${running.platform?.address}/graphql${isDemo ? `  (令牌 token: npm run -s token -- --list)` : ''}`)
}

const whereOf = ({ platform: { address }, dataDir }: Province) => ({ address, dataDir })

/** Links the two provinces, and shows a bill both have. The first platform serves whatever becomes of it. */
async function showBoth(first: Province, second: Province): Promise<void> {
  const { address, dataDir } = whereOf(second)
  try {
    await introduce(first, second)
    say(await settleAwayBill({ home: whereOf(first), place: { address, dataDir } }))
  } catch (error) {
    process.stderr.write(`跨省示例未完成。 The bill across provinces was not settled: ${explain(error)}\n`)
  }
  const where = `YIBAO_DATA=${relative('.', dataDir)} PORT=${new URL(address).port}`
  say(`四川 Sichuan  ${address}/graphql  (${where} npm run -s token -- --list)`)
  say('跨省资金 money between the two: --as clerk-629900（甘肃 Gansu），--as clerk-519900（四川 Sichuan）')
}

const USAGE = `用法 Usage: npm start
所有设置均为环境变量，见 README.md。 All settings are environment variables, see README.md.`

await runMain(() => {
  takeNoArguments(process.argv.slice(2), USAGE)
  const settings = readConfig(ENVIRONMENT, process.env, { prefix: 'YIBAO_' })
  const { YIBAO_DATA, YIBAO_SANDBOX } = settings
  return start({ ...settings, YIBAO_DATA: YIBAO_SANDBOX ? join(YIBAO_DATA, 'sandbox') : YIBAO_DATA })
})
