import type { Text } from '@yibao/schema/rejection'
import type { CertificateContent } from './contribution-certificate.ts'
import { insurance } from './rights-record-paper.ts'

const left = (zh: string, en: string) => ({ title: { zh, en } })
const right = (zh: string, en: string) => ({ title: { zh, en }, align: 'right' as const })

interface Printed {
  readonly name: string
  /** By which anybody who holds the paper can check it. */
  readonly code: string
  readonly contentHash: string
}

/** A certificate of contributions as it is printed. */
export function certificatePaper(content: CertificateContent, { name, code, contentHash }: Printed) {
  const { periods, total } = content
  return {
    title: { zh: '基本医疗保险缴费证明', en: 'Certificate of contributions to basic medical insurance' },
    facts: [
      [{ zh: '姓名', en: 'Name' }, name],
      [{ zh: '起止年月', en: 'Months' }, `${content.from} – ${content.to}`],
      [{ zh: '出具时间', en: 'Issued' }, content.issuedAt],
      [{ zh: '验证码', en: 'Verification code' }, code],
    ] as const satisfies readonly (readonly [Text, string])[],
    tables: [
      {
        title: { zh: '到账缴费', en: 'Contributions paid' },
        columns: [
          left('所属期', 'Period'),
          left('险种', 'Insurance'),
          left('统筹区', 'Pool'),
          right('基数', 'Base'),
          right('单位', 'Employer'),
          right('个人', 'Own'),
          right('合计', 'Amount'),
          left('到账', 'Paid'),
        ],
        rows: [
          ...periods.map((one) => [
            one.period,
            insurance(one.insuranceType),
            one.pool,
            one.base ?? '—',
            one.employerShare,
            one.personShare,
            one.amount,
            one.paidAt.slice(0, 10),
          ]),
          ['合计 total', '', '', '', '', '', total, ''],
        ],
        empty: { zh: '没有到账缴费', en: 'nothing was paid' },
      },
    ],
    notes: [
      {
        zh: '金额单位为元。任何人可凭验证码核验本证明（verifyContributionCertificate），无须登录。',
        en: 'Amounts are yuan. Anybody can check this certificate by its code, without signing in.',
      },
    ],
    foot: `验证码 Code ${code}    SHA-256 ${contentHash}`,
  }
}
