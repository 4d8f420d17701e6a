// `npm run audit:verify`: proves the access logs against their seals. Exit code 1 when anything was changed or removed.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { verifyAccessLog } from '@yibao/drizzle/verify-access-log'
import type { Damage, Verdict } from '@yibao/drizzle/verify-access-log'
import { expectDatabase, withDatabase } from '@yibao/drizzle/with-database'
import { KEY_ENVIRONMENT, keysGiven } from '@yibao/gateway/issuer/environment'
import { readConfig, secret } from '@yibao/schema/config'
import { loadKeys } from '@yibao/schema/keys'
import { Advice, runMain } from '@yibao/schema/process'
import { z } from 'zod'

const ENVIRONMENT = {
  ...KEY_ENVIRONMENT,
  DATABASE_URL: secret(z.string().optional()),
  YIBAO_DATA: z
    .string()
    .default('data')
    .transform((path) => resolve(path)),
}

const WHAT: Record<Damage['kind'], string> = {
  ROW_CHANGED: '记录被改动 the row was changed',
  ROW_MISSING: '记录缺失 the row is missing',
  SEAL_CHANGED: '封印被改动 the seal was changed',
  SEAL_MISSING: '封印缺失 the seal is missing',
  HEAD_CHANGED: '签名不符 the signed head was changed',
  HEAD_MISSING: '签名缺失 a signed head is missing',
  RESEALED: '被重新封印 sealed anew without the key of the platform',
}

const CUT =
  '该日志不再被封印。若数据库是从较早的备份恢复的，请将 YIBAO_DATA/audit 下该日志的文件移走并存档，之后继续封印；' +
  '否则请视为访问记录被删除。 ' +
  'This log is not sealed any further. If the database was restored from an older backup, move the file of the log ' +
  'away from under YIBAO_DATA/audit and keep it with the report of the incident; sealing then goes on. ' +
  'Otherwise entries were removed by somebody.'

const say = (text: string) => process.stdout.write(`${text}\n`)

function report({ checked, unsealed, anchored, damages }: Verdict): void {
  for (const { schema, kind, sequence, entry } of damages) {
    const where = entry === null ? '' : `  access_log.id = ${entry}`
    say(`✗ ${schema}.access_log  #${sequence}  ${WHAT[kind]}${where}`)
  }
  say(`已核对 ${checked} 条，待封印 ${unsealed} 条。 ${checked} entries checked, ${unsealed} not sealed yet.`)
  if (!anchored) {
    say(
      '此处没有数据库之外保存的链尾，无法发现连同封印一起删除的最新记录。 ' +
        'No head is kept outside of the database here: newest entries removed with their seals would not be noticed.',
    )
  }
  // Only the file outside of the database leads to a missing seal, or to another one, without an entry.
  const cut = damages.some(({ kind, entry }) => entry === null && (kind === 'SEAL_MISSING' || kind === 'RESEALED'))
  if (damages.length === 0) say('✓ 访问日志完整。 The access log is whole.')
  else {
    if (cut) say(CUT)
    say(`✗ 发现 ${damages.length} 处损坏。 Damage was found in ${damages.length} place(s).`)
  }
}

async function audit(): Promise<Verdict> {
  const settings = readConfig(ENVIRONMENT, process.env)
  const dataDir = settings.YIBAO_DATA
  if (settings.YIBAO_PLATFORM_KEY === undefined && !existsSync(join(dataDir, 'keys'))) {
    throw new Advice(`${dataDir} 中没有密钥：请设置 YIBAO_DATA。 There are no keys in ${dataDir}: set YIBAO_DATA.`)
  }
  const place = { url: settings.DATABASE_URL, dataDir }
  expectDatabase(place)
  const { platform } = await loadKeys(dataDir, keysGiven(settings))
  return withDatabase(place, (url) =>
    verifyAccessLog({
      url,
      publicKeys: [platform.publicKey],
      folder: join(dataDir, 'audit'),
      progress: (schema, checked) => process.stderr.write(`${schema}: ${checked}\n`),
    }),
  )
}

const work = async () => {
  const verdict = await audit()
  report(verdict)
  return verdict.damages.length === 0 ? 0 : 1
}
await runMain(work, { exitCode: 2 })
