import { canonicalIdentity } from '@yibao/schema/ids'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { checkPayer } from '../domain/contribution-pay.ts'
import type { Insured } from '../domain/person.ts'
import { findSeenByNumberAndName } from './contribution-person.ts'

/**
 * The person of a number and name among those the bureau sees, with whom most of what is done at a window begins.
 * Anybody else is answered and counted like nobody.
 */
export async function findPerson(
  context: Context,
  named: { readonly identityNumber: string; readonly name: string },
): Promise<Insured> {
  context.as('staff')
  const problems: Problem[] = []
  checkPayer(named, false, problems)
  InvalidInput.throwIf(problems)
  const identityNumber = canonicalIdentity(named.identityNumber)
  const found = await findSeenByNumberAndName(context, context.db.orm, { identityNumber, name: named.name })
  context.noteRead(found.id, 'insuredByIdentity')
  return found
}
