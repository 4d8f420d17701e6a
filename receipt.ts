// `npm run receipt:verify`: verifies a signed receipt without the platform and prints it. Exit code 1 when it does not
// hold, 2 when it could not be looked at.
import { parseArgs } from 'node:util'
import { openCompact } from '@yibao/schema/compact-jws'
import { fenOf, formatYuan } from '@yibao/schema/money'
import { Advice, explain, runMain } from '@yibao/schema/process'
import { RECEIPT_TYPE, receiptKeysFile } from '@yibao/schema/receipt-key'
import type { Text } from '@yibao/schema/rejection'
import { fundPayTypeName } from '@yibao/settlement/domain/fund-pay-type'
import { checkLines, contradictions, readReceipt, type Receipt } from '@yibao/settlement/domain/receipt-check'
import { RECEIPT_AMOUNTS, type ReceiptAmount } from '@yibao/settlement/domain/receipt-amounts'
import { printReceipt, type Row } from './demo/receipt.ts'
import { failed, findIn, keyId, keysFrom, parsed, plain, plainLines, readText, say, signedIn } from './signed-file.ts'

const HELP = `用法 Usage
  npm run -s receipt:verify -- <file>             验证凭证文件 verify the receipt in a file
  npm run -s receipt:verify -- -                  从标准输入读取 read it from standard input
    --key <file or https address>                 公钥 the public keys, as published at /receipts/jwks.json
    --lines <file>                                一并核对费用明细 check these lines with it (JSON of the graph)

文件内容为凭证本身，或含有 receipt 字段的 JSON 应答。公钥默认取 YIBAO_DATA 下的 receipt.jwks.json。
The file holds a receipt, or an answer of the gateway with a field \`receipt\`. The keys are taken from receipt.jwks.json
in YIBAO_DATA (./data) unless given.
退出码 Exit code: 0 有效 it holds, 1 无效 it does not, 2 无法验证 it could not be looked at.`

function argumentsOf(args: string[]): { source: string; key: string; lines: string | undefined } {
  try {
    const options = { key: { type: 'string' }, lines: { type: 'string' } } as const
    const { positionals, values } = parseArgs({ args, options, allowPositionals: true })
    const [source] = positionals
    if (source === undefined || positionals.length !== 1) throw new Advice(HELP)
    const key = values.key ?? receiptKeysFile(process.env['YIBAO_DATA'] || 'data')
    return { source, key, lines: values.lines }
  } catch {
    throw new Advice(HELP)
  }
}

const BROKEN: Readonly<Record<string, Text>> = {
  MALFORMED: {
    zh: '不是签名凭证，或有字符被改动、遗漏',
    en: 'no signed receipt, or characters of it were changed or lost',
  },
  OTHER_TYPE: { zh: '已签名，但不是结算凭证', en: 'signed, but no receipt' },
  OTHER_ALGORITHM: { zh: '签名算法不是 EdDSA', en: 'the algorithm of the signature is not EdDSA' },
  BAD_SIGNATURE: {
    zh: '签名不符：内容被改动，或非该密钥签发',
    en: 'the signature does not hold: it was changed, or another key signed',
  },
}

const row = (zh: string, en: string, field: string, value: string): Row => ({
  zh: plain(zh),
  en: plain(en),
  field: plain(field),
  value: plain(value),
})

function printed(receipt: Receipt): string {
  const { texts, kind, shares, entries } = receipt
  const at = (name: string) => texts.get(name) ?? ''
  const amount = (name: ReceiptAmount) => {
    const { zh, en, field } = RECEIPT_AMOUNTS[name]
    return row(zh, en, field, formatYuan(receipt.amounts[name]))
  }
  const linked = [
    ...(receipt.reverses === null ? [] : [row('撤销结算', 'takes back', 'setl_id', receipt.reverses)]),
    ...(receipt.replaces === null ? [] : [row('替代结算', 'is left of', 'setl_id', receipt.replaces)]),
  ]
  return printReceipt({
    head: [
      row('凭证种类', 'kind', '', kind === 'REVERSAL' ? '撤销 reversal' : '结算 settlement'),
      row('结算编号', 'settlement', 'setl_id', receipt.number),
      ...linked,
      row('结算时间', 'settled at', 'setl_time', at('setl_time')),
      row('参保人', 'insured person', 'psn_name, certno', `${at('psn_name')} ${at('certno')}`),
      row('统筹区 险种', 'pool, insurance type', 'insuplc_admdvs', `${at('insuplc_admdvs')} ${at('insutype')}`),
      row('定点医药机构', 'institution', 'fixmedins_code', `${at('fixmedins_name')} ${at('fixmedins_code')}`.trim()),
      row('就诊', 'visit', 'mdtrt_id', at('mdtrt_id')),
      row('起止', 'from, to', 'begntime, endtime', `${at('begntime').slice(0, 10)} – ${at('endtime').slice(0, 10)}`),
      row('待遇政策', 'policy', '', receipt.policy ?? '–'),
      row('费用明细', 'lines', '', `${receipt.lines.count} ${receipt.lines.sha256.slice(0, 20)}…`),
    ],
    lines: [],
    sums: (['total', 'selfPaid', 'overCeiling', 'firstSelfPayment', 'inScope', 'deductible'] as const).map(amount),
    payers: shares.map(({ payer, fundPayType, paid }) => {
      const { zh, en } = fundPayTypeName(fundPayType)
      return { row: row(zh, en, fundPayType, formatYuan(paid)), reasons: [plain(payer)] }
    }),
    rest: [
      ...(['fundTotal', 'hospital', 'personal', 'account', 'mutualAid', 'cash', 'balance'] as const).map(amount),
      ...entries.map((entry) => row('总账', entry.account, '', formatYuan(entry.amount))),
      row('总账位置', 'place in the ledger', '', `${receipt.position.slice(0, 26)}…`),
      row(
        '总账合计',
        'ledger entries together',
        '',
        formatYuan(fenOf(entries.reduce((sum, one) => sum + one.amount, 0n))),
      ),
    ],
  })
}

async function verify(args: string[]): Promise<number> {
  if (args.some((one) => one === '--help' || one === '-h')) {
    say(HELP)
    return 0
  }
  const { source, key, lines } = argumentsOf(args)
  const [given, keys] = [await readText(source), await keysFrom(key)]
  const opened = openCompact(signedIn(given, 'receipt'), RECEIPT_TYPE, keys)
  if (opened.kind === 'UNKNOWN_KEY')
    return failed({
      zh: `签名密钥 ${keyId(opened.kid)} 不在 ${plain(key)} 中`,
      en: `the key ${keyId(opened.kid)} that signed is not in ${plain(key)}`,
    })
  if (opened.kind !== 'VALID') return failed(BROKEN[opened.kind] ?? { zh: opened.kind, en: opened.kind })
  const receipt = readReceipt(opened.text)
  if ('zh' in receipt) return failed(receipt)
  say(printed(receipt))
  const faults = contradictions(receipt)
  if (lines !== undefined) faults.push(...linesFault(receipt, await readText(lines)))
  if (faults.length > 0) return failed(...faults)
  say(
    `✓ 签名有效，各项金额与总账分录相符。 The signature holds; amounts and ledger entries agree.  kid ${keyId(opened.kid)}`,
  )
  if (lines !== undefined) say('✓ 费用明细相符。 The lines are those of the receipt.')
  say(
    '· 此后是否被撤销，只能联机查询（reversedBy）。 Whether it was taken back since can only be known online (`reversedBy`).',
  )
  return 0
}

function linesFault(receipt: Receipt, json: string): readonly Text[] {
  const value = parsed(json)
  const found = Array.isArray(value) ? value : findIn(value, 'lines')
  if (!Array.isArray(found)) throw new Advice('--lines 的文件中没有明细。 There are no lines in the file of --lines.')
  const fault = checkLines(receipt, found)
  return fault === null ? [] : [fault]
}

await runMain(() => verify(process.argv.slice(2)), { exitCode: 2, words: (error) => plainLines(explain(error)) })
