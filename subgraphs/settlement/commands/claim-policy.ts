import { NotAllowed, Rejection } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { conditionsOf, diseaseOf, type ClaimCase, type ClaimFacts, type Condition } from '../domain/claim-condition.ts'
import { decideClaim, openClaim, readClaimFacts } from './claim-bill.ts'

interface Asking {
  readonly facts: ClaimFacts
  readonly insuredId: string
}

/** What the conditions ask, and then what the policy of the pool says of such care. */
export async function allConditions(context: Context, one: ClaimCase, asking: Asking): Promise<Condition[]> {
  const conditions = conditionsOf(one, asking.facts)
  const policy = await policyCondition(context, one, asking)
  return [...conditions, ...(policy === null ? [] : [policy])]
}

/**
 * Whether the policy of the pool pays such care, asked of it as the settlement will: by the bill of one yuan of it. Null when another
 * condition is in the way already, or nobody can say for a moment.
 */
export async function policyCondition(
  context: Context,
  one: ClaimCase,
  { facts, insuredId }: Asking,
): Promise<Condition | null> {
  const isOpen = conditionsOf(one, facts).every(
    ({ blocks, met, code }) => !blocks || met === true || code === 'DESIGNATED',
  )
  if (!isOpen) return null
  const refusal = await refusalOf(context, one, { facts, insuredId })
  if (refusal === null) {
    const text = {
      zh: '参保地政策规定了此类就医的支付办法',
      en: 'the policy of the pool says what is paid of such care',
    }
    return { code: 'POLICY', met: true, blocks: true, text, source: 'law', path: 'careType' }
  }
  const isElsewhere = refusal.code.startsWith('CROSS_AREA')
  const where = isElsewhere ? { source: 'cross-province', path: 'place' } : { source: 'law', path: 'careType' }
  return { code: 'POLICY', met: false, blocks: true, text: refusal.text, ...where }
}

async function refusalOf(context: Context, one: ClaimCase, { facts, insuredId }: Asking): Promise<Rejection | null> {
  const { pool, insuranceType } = facts
  const { careType, emergency, trauma, birthType, place } = one
  const id = context.newId(context.now())
  const content = {
    careType,
    emergency,
    trauma,
    birthType,
    place,
    disease: diseaseOf(one, facts),
    begin: one.begin.toString(),
    end: one.end.toString(),
    total: '1.00',
  }
  const claim = { id, number: id.slice(0, 30), pool, insuranceType, insuredId, content }
  try {
    const opened = await openClaim(context, claim, { reviews: [], isEstimate: true, by: '' })
    await decideClaim(context, opened, await readClaimFacts(context, opened, null), null)
    return null
  } catch (fault) {
    if (fault instanceof NotAllowed) return fault
    if (fault instanceof Rejection) return null
    throw fault
  }
}
