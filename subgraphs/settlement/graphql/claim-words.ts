import { builder } from '../builder.ts'

export const claimState = builder.enumType('ClaimState', {
  description: '报销申请状态。 How far a claim has come.',
  values: {
    DRAFT: { description: '草稿，仅申请人可见。 A draft; nobody else sees it.' },
    SUBMITTED: { description: '已提交，待受理。 Submitted; waits to be accepted.' },
    RETURNED: { description: '退回补正，计时暂停。 More papers are asked for; the clock stands still.' },
    ACCEPTED: { description: '已受理，审核中。 Accepted; under review.' },
    PROPOSED: { description: '待复核。 Waits for a second pair of eyes.' },
    SETTLING: { description: '已审定，正在结算。 Decided; the settlement is being written.' },
    APPROVED: { description: '已结算，待拨付。 Settled; waits to be paid.' },
    PAYING: { description: '拨付中。 With the bank.' },
    PAYMENT_RETURNED: { description: '银行退票，待更正账户。 The bank gave it back; the account must be corrected.' },
    PAID: { description: '已拨付。 Paid.' },
    NOT_ACCEPTED: { description: '不予受理。 Not accepted, with its ground.' },
    REJECTED: { description: '不予支付。 Rejected, with its ground.' },
    WITHDRAWN: { description: '申请人已撤回。 Withdrawn by the applicant.' },
  } as const,
})

export const claimCause = builder.enumType('ClaimCause', {
  description: '未直接结算的原因。 Why it was not settled where the care was given.',
  values: {
    NO_CREDENTIAL: { description: '未出示凭证。 No card or voucher at hand.' },
    NOT_DESIGNATED: { description: '非定点机构（急诊、抢救）。 The institution is not designated.' },
    NOT_LINKED: { description: '机构未联网。 The institution settles nothing directly.' },
    NETWORK: { description: '网络或系统故障。 Network or system failed.' },
    NOT_FILED: { description: '未备案，事后补办或按规定降比例。 Not filed before.' },
    PAID_ELSEWHERE: { description: '异地就医全额垫付。 Paid in full in another place.' },
    OTHER: { description: '其他，见说明。 Something else; `note` says what.' },
  } as const,
})

export const claimCorrection = builder.enumType('ClaimCorrection', {
  description: '须更正的内容。 What of a claim is to be put right.',
  values: {
    PLACE: { description: '就医机构' },
    CARE: { description: '就医类别、日期、急诊、病种等。 Kind of care, its days and what belongs to it.' },
    DIAGNOSES: { description: '诊断' },
    INVOICES: { description: '票据' },
    LINES: { description: '费用明细' },
    ACCOUNT: { description: '收款账户，用 enterClaimAccount 更正。 Put right by `enterClaimAccount`.' },
  } as const,
})

export const claimPaperKind = builder.enumType('ClaimPaperKind', {
  description: '报销材料种类。 Kinds of papers.',
  values: {
    INVOICE: { description: '医疗收费票据' },
    ITEMISED_LIST: { description: '费用明细清单' },
    DISCHARGE_RECORD: { description: '出院记录' },
    MEDICAL_RECORD: { description: '病历资料' },
    DIAGNOSIS: { description: '诊断证明' },
    PRESCRIPTION: { description: '处方底方' },
    EMERGENCY_CERTIFICATE: { description: '急诊诊断证明' },
    REFERRAL: { description: '转诊转院证明' },
    ACCIDENT: { description: '外伤经过证明（公安、法院、调解），或承诺书' },
    BIRTH: { description: '出生医学证明或生育登记' },
    IDENTITY: { description: '身份证件' },
    HOUSEHOLD_REGISTER: { description: '户口簿' },
    SOCIAL_SECURITY_CARD: { description: '社会保障卡' },
    BANK_ACCOUNT: { description: '银行账户证明' },
    EMPLOYER_CERTIFICATE: { description: '单位证明，由单位在线签署。 Signed online by the employer.' },
    OTHER: { description: '其他' },
  } as const,
})

export const claimChannel = builder.enumType('ClaimChannel', {
  description: '申请渠道。 Where it was applied.',
  values: { PERSON: { description: '本人线上' }, WINDOW: { description: '窗口' } } as const,
})
