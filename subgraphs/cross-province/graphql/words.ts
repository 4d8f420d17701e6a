import { builder } from '../builder.ts'

export const filingType = builder.enumType('FilingType', {
  description: '备案类型。 Kind of filing. An emergency needs none: it is treated as filed.',
  values: {
    LONG_TERM: { description: '异地长期居住' },
    REFERRAL: { description: '异地转诊' },
    OTHER_TEMPORARY: { description: '其他临时外出就医' },
  },
})

export const ground = builder.enumType('FilingGround', {
  description: '长期备案的事由。 Ground of a long-term filing.',
  values: {
    RETIRED_ELSEWHERE: { description: '异地安置退休' },
    RESIDENT_ELSEWHERE: { description: '异地长期居住' },
    WORKING_ELSEWHERE: { description: '常驻异地工作' },
  },
})

export const evidence = builder.enumType('FilingEvidence', {
  description: '证明材料。 What the filing rests on.',
  values: {
    HOUSEHOLD_REGISTER: { description: '户口簿' },
    RESIDENCE_CERTIFICATE: { description: '居住证明' },
    WORK_CERTIFICATE: { description: '异地工作证明' },
    REFERRAL_CERTIFICATE: { description: '转诊转院证明' },
    PROMISE: { description: '个人承诺书。 A written promise instead of a paper, where the home pool takes one.' },
    NONE: { description: '无需材料' },
  },
})
