import { secret, type Config } from '@yibao/schema/config'
import { Advice } from '@yibao/schema/process'
import { z } from 'zod'
import { keepsKey, type PaymentSettings } from './payment.ts'

/** Where the cash of online orders is paid; both or neither. */
export const PAYMENT_ENVIRONMENT = {
  YIBAO_PAYMENT_URL: z
    .url({ protocol: /^https?$/ })
    .refine(
      keepsKey,
      '须用 https（本机除外）：请求带有密钥。 needs https unless it is on this machine: the key goes with it',
    )
    .optional(),
  YIBAO_PAYMENT_KEY: secret(z.string().min(1).optional()),
}

export function paymentOf({
  YIBAO_PAYMENT_URL: url,
  YIBAO_PAYMENT_KEY: key,
}: Config<typeof PAYMENT_ENVIRONMENT>): PaymentSettings | undefined {
  if (url !== undefined && key !== undefined) return { url, key }
  if (url === undefined && key === undefined) return undefined
  throw new Advice(
    '支付服务须同时设置 YIBAO_PAYMENT_URL 与 YIBAO_PAYMENT_KEY。\n' +
      'A payment provider needs both YIBAO_PAYMENT_URL and YIBAO_PAYMENT_KEY.',
  )
}
