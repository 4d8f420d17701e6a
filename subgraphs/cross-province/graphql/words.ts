import type { Text } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'

export const text = 'Text' as unknown as ReturnType<typeof builder.objectRef<Text>>

export const filingType = builder.enumType('FilingType', {
  description: '备案类型。 Type of filing.',
  values: {
    LONG_TERM: { description: '异地长期居住' },
    REFERRAL: { description: '异地转诊' },
    EMERGENCY: { description: '异地急诊抢救；未备案的急诊视同已备案。 Counts as filed also without a filing.' },
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
    ELECTRONIC_REFERRAL: { description: '电子转诊单' },
    EMERGENCY_CERTIFICATE: { description: '急诊诊断证明' },
    PROMISE: { description: '个人承诺书。 A written promise instead of a paper, where the home pool takes one.' },
    NONE: { description: '无需材料' },
  },
})

export const filingKind = builder.enumType('FilingKind', {
  description: '六种备案人员类别。 The six types of national practice: three long-term, three temporary.',
  values: {
    RETIRED_ELSEWHERE: { description: '异地安置退休' },
    RESIDENT_ELSEWHERE: { description: '异地长期居住' },
    WORKING_ELSEWHERE: { description: '常驻异地工作' },
    REFERRAL: { description: '异地转诊' },
    EMERGENCY: { description: '异地急诊抢救' },
    OTHER_TEMPORARY: { description: '其他临时外出就医' },
  },
})

export const filingStage = builder.enumType('FilingStage', {
  description: '待办环节。 Where a filing waits.',
  values: {
    AWAITING_CERTIFICATION: { description: '待就医地核实' },
    UNDER_REVIEW: { description: '待参保地审核' },
  } as const,
})
