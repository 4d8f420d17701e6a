import type { Problem, Rejection, Text } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'

type TextRef = ReturnType<typeof builder.objectRef<Text>>
type ProblemRef = ReturnType<typeof builder.objectRef<Problem>>
type RejectionRef = ReturnType<typeof builder.interfaceRef<Rejection>>

// Every builder brings these; Pothos finds a type of its own by name.
export const text = 'Text' as unknown as TextRef
export const problem = 'Problem' as unknown as ProblemRef
export const rejection = 'Rejection' as unknown as RejectionRef

export const credentialKind = builder.enumType('CredentialKind', {
  description: '就诊凭证类型 `mdtrt_cert_type`',
  values: {
    E_VOUCHER: { value: '01', description: '医保电子凭证 01：decodeVoucher 所得令牌。 The visit token.' },
    IDENTITY_CARD: { value: '02', description: '居民身份证 02' },
    SOCIAL_SECURITY_CARD: { value: '03', description: '社会保障卡 03' },
  } as const,
})

export const terminal = builder.enumType('Terminal', {
  description: '经办人类别 `opter_type`。 Who or what operates the system of the institution.',
  values: {
    COUNTER: { value: '1', description: '经办人 1' },
    SELF_SERVICE: { value: '2', description: '自助终端 2' },
    MOBILE: { value: '3', description: '移动终端 3' },
  } as const,
})

export const sex = builder.enumType('Sex', {
  description: '性别 `gend`',
  values: { MALE: { value: '1', description: '男 1' }, FEMALE: { value: '2', description: '女 2' } } as const,
})

export const diagnosisKind = builder.enumType('DiagnosisKind', {
  description: '诊断类别 `diag_type`',
  values: {
    WESTERN: { value: '1', description: '西医诊断 1' },
    CHINESE_DISEASE: { value: '2', description: '中医主病 2' },
    CHINESE_SYNDROME: { value: '3', description: '中医主证 3' },
  } as const,
})

export const birthType = builder.enumType('BirthType', {
  description: '生育类别 `matn_type`',
  values: {
    NATURAL: { value: '1', description: '正常产 1' },
    ASSISTED: { value: '2', description: '助娩产 2' },
    CAESAREAN: { value: '3', description: '剖宫产 3' },
    DIFFICULT: { value: '4', description: '难产 4' },
    MISCARRIAGE: { value: '5', description: '流产 5' },
    INDUCED: { value: '6', description: '引产 6' },
    ANTENATAL: { value: '7', description: '产前检查 7' },
    OTHER: { value: '9', description: '其他 9' },
  } as const,
})

export const approval = builder.enumType('HospitalApproval', {
  description: '医院审批标志 `hosp_appr_flag`',
  values: {
    NOT_NEEDED: { description: '无须审批 0' },
    APPROVED: { description: '审批通过 1' },
    REFUSED: { description: '审批不通过，全自费 2' },
  },
})

export const itemClass = builder.enumType('ItemClass', {
  description: '收费项目等级 `chrgitm_lv`',
  values: {
    A: { description: '甲类 01' },
    B: { description: '乙类 02' },
    C: { description: '丙类 03' },
    NONE: { description: '该地该日不在目录。 Known, but not covered there on that day.' },
  },
})

export const careKind = builder.enumType('CareKind', {
  description: '门诊、住院或药店。 The kind of care a care type belongs to.',
  values: {
    OUTPATIENT: { description: '门诊' },
    INPATIENT: { description: '住院' },
    PHARMACY: { description: '药店' },
  },
})
