import { secret, type Config } from '@yibao/schema/config'
import { Advice } from '@yibao/schema/process'
import { z } from 'zod'
import { httpCarrier, type Carriers } from './deliver.ts'

const url = () =>
  z
    .url({ protocol: /^https?$/ })
    .refine(
      (text) =>
        new URL(text).protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(text).hostname),
      '须用 https（本机除外）：请求带有密钥。 needs https unless it is on this machine: the key goes with it',
    )
    .optional()
const key = () => secret(z.string().min(1).optional())

/** Providers of text messages and of push messages; each needs both or neither. */
export const CARRIER_ENVIRONMENT = {
  YIBAO_SMS_URL: url(),
  YIBAO_SMS_KEY: key(),
  YIBAO_PUSH_URL: url(),
  YIBAO_PUSH_KEY: key(),
}

export function carriersOf(config: Config<typeof CARRIER_ENVIRONMENT>): Carriers {
  const SMS = carrierOf('SMS', config.YIBAO_SMS_URL, config.YIBAO_SMS_KEY)
  const PUSH = carrierOf('PUSH', config.YIBAO_PUSH_URL, config.YIBAO_PUSH_KEY)
  return { ...(SMS && { SMS }), ...(PUSH && { PUSH }) }
}

function carrierOf(name: string, address: string | undefined, secretKey: string | undefined) {
  if (address === undefined && secretKey === undefined) return undefined
  if (address !== undefined && secretKey !== undefined) return httpCarrier({ url: address, key: secretKey })
  throw new Advice(
    `须同时设置 YIBAO_${name}_URL 与 YIBAO_${name}_KEY。 YIBAO_${name}_URL and YIBAO_${name}_KEY are needed together.`,
  )
}
