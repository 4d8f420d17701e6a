import type { Text } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import type { TraceWarning } from '../domain/trace-codes.ts'
import { mayRead } from './rights.ts'
import { text } from './words.ts'

const MESSAGES: Readonly<Record<TraceWarning['code'], Text>> = {
  TRACE_CODE_MISSING: { zh: '药品未扫追溯码', en: 'a drug without the trace codes of its packages' },
  TRACE_CODES_TOO_MANY: { zh: '追溯码多于药品数量', en: 'more trace codes than packages' },
}

/** A warning about the trace codes of a line. */
export const traceWarning = builder.objectRef<TraceWarning>('TraceWarning').implement({
  ...mayRead,
  description: '药品追溯码提示。 Something odd about the trace codes of a line; it changes nothing.',
  fields: (t) => ({
    serial: t.exposeString('serial', { description: '费用明细流水号 `feedetl_sn`' }),
    code: t.exposeString('code', { description: 'TRACE_CODE_MISSING 未扫码，TRACE_CODES_TOO_MANY 码多于数量' }),
    message: t.field({ type: text, resolve: ({ code }) => MESSAGES[code] }),
  }),
})
