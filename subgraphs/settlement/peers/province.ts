import type { InternalHandler } from '@yibao/schema/internal'
import type { Text } from '@yibao/schema/rejection'

/** What came of saying something. `UNREACHED` says nothing of whether it arrived. */
export type Said =
  | { readonly kind: 'ANSWERED'; readonly answer: unknown }
  | { readonly kind: 'REFUSED'; readonly code: string; readonly message: Text }
  | { readonly kind: 'UNREACHED'; readonly code: string }

/** Says something to the platform of another province, once; the cross-province subgraph signs and sends it. */
export type ProvincePort = (saying: {
  readonly province: string
  readonly type: string
  readonly message: unknown
}) => Promise<Said>

/** Through what the cross-province subgraph answers beyond the graph. */
export const createProvincePort =
  (crossProvince: InternalHandler): ProvincePort =>
  async (saying) =>
    (await crossProvince('exchange.send', saying, '')) as Said
