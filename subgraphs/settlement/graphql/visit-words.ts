import { builder } from '../builder.ts'

export const visitState = builder.enumType('VisitState', {
  description: '就诊状态。 How far a visit is.',
  values: {
    OPEN: { description: '在院或就诊中。 Under way.' },
    DISCHARGED: { description: '已办理出院，未结清。 Ended, not settled whole.' },
    SETTLED: { description: '已结清。 Settled whole.' },
    CANCELLED: { description: '登记已撤销。 The admission or registration was cancelled.' },
  },
})

export const dischargeWay = builder.enumType('DischargeWay', {
  description: '离院方式 `dscg_way`',
  values: {
    ON_ORDER: { value: '1', description: '医嘱离院 1' },
    TRANSFER: { value: '2', description: '医嘱转院 2。 To another hospital.' },
    COMMUNITY: { value: '3', description: '医嘱转社区或乡镇卫生院 3' },
    AGAINST_ADVICE: { value: '4', description: '非医嘱离院 4' },
    DEATH: { value: '5', description: '死亡 5' },
    OTHER: { value: '9', description: '其他 9' },
  } as const,
})

export const lineState = builder.enumType('LineState', {
  description: '上传明细的处理结果。 What became of an uploaded line.',
  values: {
    ACCEPTED: { description: '已接收。 Taken in.' },
    KNOWN: { description: '此前已接收，内容相同。 Taken in before, with the same content.' },
    REJECTED: { description: '退回，原因见 problems。 Given back; `problems` say why.' },
  },
})
