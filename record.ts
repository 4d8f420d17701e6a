// `npm run record:verify`: verifies a record of rights without the platform and says what it tells. Exit code 1 when it
// does not hold, 2 when it could not be looked at.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { canonical } from '@yibao/drizzle/digest'
import { rightsPaper } from '@yibao/insured/domain/rights-record-paper'
import { readRightsContent, rightsFaults, RIGHTS_RECORD_TYPE } from '@yibao/insured/domain/rights-record'
import { print } from '@yibao/paper/print'
import { openCompact } from '@yibao/schema/compact-jws'
import { Advice, explain, runMain } from '@yibao/schema/process'
import { receiptKeysFile } from '@yibao/schema/receipt-key'
import { failed, keyId, keysFrom, plainLines, readText, say, signedIn } from './signed-file.ts'

const HELP = `用法 Usage
  npm run -s record:verify -- <file>              验证权益记录单 verify the record in a file
    --pdf <file>                                  一并核对 PDF check that this PDF is its paper
    --key <file or https address>                 公钥 the public keys, as published at /receipts/jwks.json

文件为 RightsRecord.signed 的值，或含该字段的应答；- 为标准输入。公钥默认取 YIBAO_DATA 下的 receipt.jwks.json。
The file holds the value of \`RightsRecord.signed\`, or an answer with that field; - is standard input. The keys are taken
from receipt.jwks.json in YIBAO_DATA (./data) unless given.
退出码 Exit code: 0 有效 it holds, 1 无效 it does not, 2 无法验证 it could not be looked at.`

function argumentsOf(args: string[]): { source: string; key: string; pdf: string | undefined } {
  try {
    const options = { key: { type: 'string' }, pdf: { type: 'string' } } as const
    const { positionals, values } = parseArgs({ args, options, allowPositionals: true })
    const [source] = positionals
    if (source === undefined || positionals.length !== 1) throw new Advice(HELP)
    return { source, key: values.key ?? receiptKeysFile(process.env['YIBAO_DATA'] || 'data'), pdf: values.pdf }
  } catch {
    throw new Advice(HELP)
  }
}

const NO_RECORD = { zh: '不是有效签名的权益记录单', en: 'no record of rights with a valid signature' }

async function verify(args: string[]): Promise<number> {
  if (args.some((one) => one === '--help' || one === '-h')) {
    say(HELP)
    return 0
  }
  const { source, key, pdf } = argumentsOf(args)
  const [given, keys] = [await readText(source), await keysFrom(key)]
  const opened = openCompact(signedIn(given, 'signed'), RIGHTS_RECORD_TYPE, keys)
  if (opened.kind !== 'VALID') return failed(NO_RECORD)
  const content = readRightsContent(opened.text)
  if (content === null || canonical(content) !== opened.text) return failed(NO_RECORD)
  const sha256 = createHash('sha256').update(opened.text, 'utf8').digest('hex')
  say(`${content.year} ${content.person.psn_name} ${content.person.certno}`)
  say(`记录编号 record ${content.record}  出具 issued ${content.issued_at}`)
  say(`SHA-256 ${sha256}`)
  const faults = rightsFaults(content)
  if (faults.length > 0) return failed(...faults)
  if (
    pdf !== undefined &&
    !(await isItsPaper(pdf, { ...rightsPaper(content, sha256), at: timeOf(content.issued_at) }))
  ) {
    return failed({ zh: 'PDF 不是这份记录的纸面', en: 'the PDF is not the paper of this record' })
  }
  say(`✓ 签名有效，合计相符。 The signature holds and the sums agree.  kid ${keyId(opened.kid)}`)
  if (pdf !== undefined) say('✓ PDF 即此记录的纸面，逐字节相同。 The PDF is its paper, byte by byte.')
  return 0
}

const timeOf = (wall: string): number => Temporal.Instant.from(`${wall.replace(' ', 'T')}+08:00`).epochMilliseconds

async function isItsPaper(file: string, paper: Parameters<typeof print>[0]): Promise<boolean> {
  const found = await readFile(file).catch(() => {
    throw new Advice(`没有文件 ${file}。 There is no file ${file}.`)
  })
  return Buffer.compare(found, await print(paper)) === 0
}

await runMain(() => verify(process.argv.slice(2)), { exitCode: 2, words: (error) => plainLines(explain(error)) })
