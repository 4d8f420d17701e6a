import { VISIBLE_CLAIM_PAYMENT } from './claim-payment-rows.ts'
import { VISIBLE_QUESTION } from './question-rows.ts'
import { VISIBLE_CLAIM } from './visible-claim.ts'
import { VISIBLE_CROSS_PROVINCE } from './visible-cross-province.ts'
import { VISIBLE_INSTITUTIONS } from './visible-institutions.ts'
import { VISIBLE_INSURED } from './visible-insured.ts'
import { PERSON, READERS, type Reader, type Seen } from './visible-readers.ts'
import { VISIBLE_SETTLEMENT } from './visible-settlement.ts'

// Who sees which rows of the tables a reader may look at, as whoever may see everything would find them.

export const VISIBLE: Record<string, Seen> = {
  ...VISIBLE_INSURED,
  ...VISIBLE_INSTITUTIONS,
  ...VISIBLE_SETTLEMENT,
  ...VISIBLE_CLAIM,
  ...VISIBLE_CLAIM_PAYMENT,
  ...VISIBLE_QUESTION,
  ...VISIBLE_CROSS_PROVINCE,
}
const own = (reader: Reader) => `t.caller = '${READERS[reader].caller}'`
for (const schema of ['insured', 'institutions', 'settlement', 'cross_province']) {
  VISIBLE[`${schema}.request`] = {
    institution: own('institution'),
    staff: own('staff'),
    person: own('person'),
    auditor: own('auditor'),
    employer: own('employer'),
    channel: own('channel'),
  }
  VISIBLE[`${schema}.access_log`] = {
    institution: 'false',
    staff: 'false',
    person: `t.subject = '${PERSON.insuredId}'`,
    auditor: 'true',
  }
}
