// `npm start`: everything in one process. Without DATABASE_URL it brings its own PostgreSQL and the demo data, settles
// one demo bill through the gateway with a real token, and prints it as a receipt.
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { DOCUMENT_ENVIRONMENT, documentSettingsOf } from '@yibao/documents/settings'
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
import { Advice, runMain, takeNoArguments } from '@yibao/schema/process'
import { writeReceiptKeys } from '@yibao/schema/receipt-key'
import { WEBHOOK_ENVIRONMENT } from '@yibao/institutions/peers/webhook'
import { PAYMENT_ENVIRONMENT, paymentOf } from '@yibao/settlement/peers/payment-settings'
import closeWithGrace from 'close-with-grace'
import { z } from 'zod'
import { demoNames } from './demo/directory.ts'
import { loadDemo } from './demo/load.ts'
import { settleDemoBill } from './demo/first-bill.ts'
import { startPaymentProvider } from './demo/payment-provider.ts'
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

async function start(settings: Settings): Promise<void> {
  const { DATABASE_URL, YIBAO_DATA: dataDir, HOST: host, PORT: port, YIBAO_SANDBOX: sandbox } = settings
  const { isDemo, issuer } = await choose(settings)
  const logger = createLog({ name: 'yibao', level: settings.YIBAO_LOG_LEVEL ?? (isDemo ? 'warn' : 'info') })
  await mkdir(dataDir, { recursive: true })
  const keys = await loadKeys(dataDir, keysGiven(settings))
  await writeReceiptKeys(dataDir, keys.receipt.publicKey)
  const { payment, close: closePayment } = await choosePayment(settings, isDemo)
  say(`医保平台 Yibao：${DATABASE_URL === undefined ? `数据目录 data in ${dataDir}` : '使用 DATABASE_URL'}`)
  const starting = DATABASE_URL === undefined ? startEmbedded({ dataDir, durable: true }) : Promise.resolve(null)
  let platform: Platform | null = null
  let isStopping = false
  const stopping = closeWithGrace({ delay: 15_000 }, async ({ err }) => {
    isStopping = true
    if (err) process.stderr.write(`${err.stack ?? err.message}\n`)
    await platform?.close()
    await closePayment()
    // Told to stop while the database starts: it is waited for, because nobody would stop it later.
    await (await starting.catch(() => null))?.stop()
  })
  let embedded: Embedded | null = null
  try {
    embedded = await starting
    if (isStopping) return
    platform = await startPlatform({
      databaseUrl: DATABASE_URL ?? embedded?.url ?? '',
      keys,
      issuer: await issuer(keys),
      logger,
      sealFolder: join(dataDir, 'audit'),
      documents: documentSettingsOf(settings, dataDir),
      carriers: carriersOf(settings),
      host,
      port,
      publicUrl: settings.YIBAO_PUBLIC_URL,
      requireDPoP: settings.YIBAO_REQUIRE_DPOP,
      introspection: settings.YIBAO_INTROSPECTION,
      payment,
      webhooks: { allowLocal: settings.YIBAO_WEBHOOK_LOCAL },
      province: settings.YIBAO_PROVINCE,
      sandbox,
    })
    const { databases, clock, address } = platform
    if (isDemo || sandbox) await loadDemo({ databases, keys, clock, progress: say })
    if (isDemo) say(await settleDemoBill({ address, dataDir }))
  } catch (error) {
    stopping.uninstall()
    await platform?.close()
    await closePayment()
    await embedded?.stop()
    throw error instanceof NotThatKind ? new Advice(error.message) : error
  }
  say(`ready  ${platform.address}/graphql${isDemo ? `  (令牌 token: npm run -s token -- --list)` : ''}`)
}

const USAGE = `用法 Usage: npm start
所有设置均为环境变量，见 README.md。 All settings are environment variables, see README.md.`

await runMain(() => {
  takeNoArguments(process.argv.slice(2), USAGE)
  const settings = readConfig(ENVIRONMENT, process.env, { prefix: 'YIBAO_' })
  const { YIBAO_DATA, YIBAO_SANDBOX } = settings
  return start({ ...settings, YIBAO_DATA: YIBAO_SANDBOX ? join(YIBAO_DATA, 'sandbox') : YIBAO_DATA })
})
