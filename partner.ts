// `npm run partner -- …`: the platforms of other provinces this one exchanges bills with, and their keys.
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { registerPartner } from '@yibao/cross-province/commands/partner'
import { endPartnerKey, listPartners } from '@yibao/cross-province/store/partners'
import { connect } from '@yibao/drizzle/connect'
import { migrate } from '@yibao/drizzle/migrate'
import { withDatabase } from '@yibao/drizzle/with-database'
import { readConfig, secret } from '@yibao/schema/config'
import { systemClock } from '@yibao/schema/dates'
import { loadKeys } from '@yibao/schema/keys'
import { Advice, runMain } from '@yibao/schema/process'
import { receiptKeyOf } from '@yibao/schema/receipt-key'
import { Rejection } from '@yibao/schema/rejection'
import { z } from 'zod'

const HELP = `用法 Usage
  npm run -s partner -- own-key                      本平台签名公钥 the public key other platforms need of this one
  npm run -s partner -- list                         已登记的省份与密钥 registered provinces and their keys
  npm run -s partner -- add 51 https://yibao.example.cn --name 四川 [--key key.json]
                                                     登记或更改，并增加一把密钥 registers or changes one, and adds a key
  npm run -s partner -- end-key 51 <kid>             停用一把密钥 from now on the key no longer counts

更换密钥：先增加新密钥，对方改用后再停用旧密钥，期间两把均有效。
To change a key, add the new one, and end the old one when the other platform signs with the new: until then both count.
`

const ENVIRONMENT = {
  DATABASE_URL: secret(z.url({ protocol: /^postgres(ql)?$/ }).optional()),
  YIBAO_DATA: z.string().default('data'),
  YIBAO_EXCHANGE_KEY: secret(z.string().optional()),
}

const say = (text: string) => process.stdout.write(`${text}\n`)

/** A key is given as a file, or as it stands. */
function keyTextOf(given: string | undefined): string | undefined {
  if (given === undefined || given.trimStart().startsWith('{')) return given
  const file = resolve(process.env['INIT_CWD'] ?? '.', given)
  if (!existsSync(file)) throw new Advice(`没有文件 ${given}。 There is no file ${given}.`)
  return readFileSync(file, 'utf8')
}

function readArguments() {
  const options = { name: { type: 'string' }, key: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true })
    const [verb = '', province = '', third = '', ...rest] = positionals
    const counts: Readonly<Record<string, number>> = { 'own-key': 1, list: 1, add: 3, 'end-key': 3 }
    if (values.help || positionals.length !== counts[verb] || rest.length > 0) throw new Advice(HELP)
    return { verb, province, third, name: values.name, key: keyTextOf(values.key) }
  } catch (error) {
    throw error instanceof TypeError ? new Advice(`${error.message}\n\n${HELP}`) : error
  }
}

const refused = (error: unknown): never => {
  throw error instanceof Rejection ? new Advice(`${error.text.zh}\n${error.text.en}`) : error
}

await runMain(async () => {
  const { verb, province, third, name, key } = readArguments()
  const settings = readConfig(ENVIRONMENT, process.env)
  const { DATABASE_URL: url, YIBAO_DATA: dataDir } = settings
  if (verb === 'own-key') {
    const { exchange } = await loadKeys(dataDir, { exchange: settings.YIBAO_EXCHANGE_KEY }, ['exchange'])
    say(JSON.stringify(receiptKeyOf(exchange.publicKey)))
    return
  }
  await withDatabase({ url, dataDir }, async (address) => {
    await migrate(address)
    const db = await connect({ url: address, schema: 'cross_province' })
    try {
      await run(db.hot)
    } finally {
      await db.close()
    }
  })

  async function run(hot: Parameters<typeof listPartners>[0]): Promise<void> {
    const at = systemClock()
    if (verb === 'add') {
      const added = await registerPartner(hot, { province, url: third, name: name ?? province, key }, at).catch(refused)
      say(`已登记 registered ${province} ${third}${added === null ? '' : `  ${added.kid}`}`)
    } else if (verb === 'end-key') {
      if (!(await endPartnerKey(hot, { province, kid: third, at })))
        throw new Advice(`${province} 没有有效的密钥 ${third}。 ${province} has no key ${third} that counts.`)
      say(`已停用 ended ${third}`)
    } else {
      for (const one of await listPartners(hot))
        say(
          `${one.province}  ${one.name}  ${one.url}  ${one.kid ?? '—'}${one.validUntil === null ? '' : '  (已停用 ended)'}`,
        )
    }
  }
})
