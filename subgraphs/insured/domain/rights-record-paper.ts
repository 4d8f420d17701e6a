import type { Text } from '@yibao/schema/rejection'
import type { RightsContent } from './rights-record.ts'

interface Table {
  readonly title: Text
  readonly columns: readonly { readonly title: Text; readonly align?: 'left' | 'right' }[]
  readonly rows: readonly (readonly string[])[]
  readonly empty: Text
}

const left = (zh: string, en: string) => ({ title: { zh, en } })
const right = (zh: string, en: string) => ({ title: { zh, en }, align: 'right' as const })

const INSURANCES: Readonly<Record<string, string>> = { '310': '职工 employees', '390': '居民 residents' }
/** An insurance as papers name it. */
export const insurance = (code: string): string => INSURANCES[code] ?? code

const CARE: Readonly<Record<string, string>> = {
  OUTPATIENT: '门诊 outpatient',
  INPATIENT: '住院 inpatient',
  PHARMACY: '药店 pharmacy',
}

/** The record of a year as it is printed. Everything on it stands in its content, and the hash of that at its foot. */
export function rightsPaper(one: RightsContent, sha256: string) {
  return {
    title: {
      zh: `基本医疗保险个人权益记录单（${one.year} 年度）`,
      en: `Record of personal rights in basic medical insurance, ${one.year}`,
    },
    facts: [
      [{ zh: '姓名', en: 'Name' }, one.person.psn_name],
      [{ zh: '人员编号', en: 'Person number' }, one.person.psn_no],
      [{ zh: '证件号码', en: 'Certificate' }, one.person.certno],
      [{ zh: '出具时间', en: 'Issued' }, one.issued_at],
    ] as const satisfies readonly (readonly [Text, string])[],
    tables: [enrolments(one), contributions(one), account(one), benefits(one)],
    notes: [
      {
        zh: '本记录单依《中华人民共和国社会保险法》第七十四条免费提供。金额单位为元。如有异议，请向参保地医保经办机构提出。',
        en: 'Free of charge by article 74 of the Social Insurance Law. Amounts are yuan. Disputes go to the bureau of the pool.',
      },
    ],
    foot: `记录编号 Record ${one.record}    SHA-256 ${sha256}`,
  }
}

const enrolments = ({ enrolments: list }: RightsContent): Table => ({
  title: { zh: '参保情况', en: 'Enrolment' },
  columns: [
    left('险种', 'Insurance'),
    left('参保地', 'Pool'),
    left('人员类别', 'Person type'),
    left('起', 'From'),
    left('止', 'To'),
  ],
  rows: list.map((one) => [insurance(one.insutype), one.pool, one.psn_type, one.from, one.to]),
  empty: { zh: '本年度没有参保', en: 'not enrolled in this year' },
})

const contributions = ({ contributions: list, contributions_paid: paid }: RightsContent): Table => ({
  title: { zh: '缴费', en: 'Contributions' },
  columns: [
    left('所属期', 'Period'),
    left('险种', 'Insurance'),
    right('基数', 'Base'),
    right('个人', 'Own'),
    right('单位', 'Employer'),
    right('财政', 'Government'),
    left('到账日', 'Paid on'),
  ],
  rows: [
    ...list.map((one) => [
      one.period,
      insurance(one.insutype),
      one.base,
      one.own,
      one.employer,
      one.government,
      one.paid_on === '' ? '未到账 not paid' : one.paid_on,
    ]),
    ...(list.length === 0 ? [] : [['到账合计 paid', '', '', paid.own, paid.employer, paid.government, '']]),
  ],
  empty: { zh: '本年度没有缴费记录', en: 'no contribution on record for this year' },
})

const account = ({ account: one }: RightsContent): Table => ({
  title: { zh: '个人账户', en: 'Personal account' },
  columns: [
    right('年初', 'Before'),
    right('转入', 'Taken over'),
    right('划入', 'Credited'),
    right('本人支付', 'Own bills'),
    right('共济支付', 'Relatives'),
    right('代缴', 'Premiums'),
    right('利息', 'Interest'),
    right('年末', 'After'),
  ],
  rows: [[one.before, one.taken_over, one.credited, one.bills, one.relatives, one.premiums, one.interest, one.after]],
  empty: { zh: '没有个人账户', en: 'no personal account' },
})

const benefits = ({ benefits: list }: RightsContent): Table => ({
  title: { zh: '享受待遇', en: 'Benefits' },
  columns: [
    left('类别', 'Care'),
    right('次数', 'Bills'),
    right('总费用', 'Total'),
    right('基金', 'Funds'),
    right('医院', 'Hospital'),
    right('账户', 'Account'),
    right('共济', 'Mutual aid'),
    right('现金', 'Cash'),
  ],
  rows: list.map((one) => [
    CARE[one.care] ?? one.care,
    one.count,
    one.total,
    one.fund,
    one.hospital,
    one.account,
    one.mutual_aid,
    one.cash,
  ]),
  empty: { zh: '本年度没有结算', en: 'no settlement in this year' },
})
