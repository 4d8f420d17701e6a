import { Busy, InvalidInput, NotAllowed, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { changeContact, changePreference, readNoticeSettings } from '../commands/preference.ts'
import type { NoticeSettings, Preference } from '../domain/preference.ts'
import { text } from './enrolment.ts'
import { mayChooseChannels } from './rights.ts'

const preference = builder.objectRef<Preference>('NoticePreference').implement({
  ...mayChooseChannels,
  description: '一类通知的接收渠道；站内总会收到。 How one is told of a kind of event, besides in the app.',
  fields: (t) => ({
    kind: t.exposeString('kind'),
    name: t.expose('name', { type: text }),
    sms: t.exposeBoolean('sms', { description: '短信 by text message' }),
    push: t.exposeBoolean('push', { description: '推送 by push message' }),
  }),
})

const settings = builder.objectRef<NoticeSettings>('NoticeSettings').implement({
  ...mayChooseChannels,
  description: '本人（本机构、本单位）的通知设置。 Where and how one is told.',
  fields: (t) => ({
    phone: t.exposeString('phone', { nullable: true, description: '手机号码（掩码） masked' }),
    push: t.exposeBoolean('push', { description: '已登记推送设备 a device is registered' }),
    preferences: t.field({ type: [preference], resolve: (one) => [...one.preferences] }),
  }),
})

builder.queryFields((t) => ({
  noticeSettings: t.field({
    ...mayChooseChannels,
    type: settings,
    description: '本人的通知设置。 Where and how one is told.',
    resolve: (_root, _args, context) => readNoticeSettings(context),
  }),
}))

builder.mutationFields((t) => ({
  setContact: t.field({
    ...mayChooseChannels,
    type: settings,
    description: '登记手机与推送设备；不填即取消。 Says where one is reached; what is left out is taken away.',
    errors: { types: [InvalidInput, NotAllowed, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      phone: t.arg.string({ description: '手机号码 `mob`；加密保存 kept encrypted' }),
      pushToken: t.arg.string({ description: '推送设备令牌；加密保存 kept encrypted' }),
    },
    resolve: async (_root, { requestId, phone, pushToken }, context) => {
      await changeContact(context, { requestId, phone: phone ?? null, pushToken: pushToken ?? null })
      return readNoticeSettings(context)
    },
  }),
  setPreference: t.field({
    ...mayChooseChannels,
    type: settings,
    description: '选择一类通知的接收渠道。 Chooses how one is told of a kind of event.',
    errors: { types: [InvalidInput, NotAllowed, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      kind: t.arg.string({ required: true }),
      sms: t.arg.boolean({ required: true }),
      push: t.arg.boolean({ required: true }),
    },
    resolve: async (_root, args, context) => {
      await changePreference(context, args)
      return readNoticeSettings(context)
    },
  }),
}))
