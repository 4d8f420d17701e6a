import { randomUUIDv7 } from 'node:crypto'
import { homeUnreachable, isNotLinked } from '@yibao/schema/exchange'
import { callerOf } from '@yibao/schema/identity'
import { Rejection } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import type { Bill, BillInput } from '../domain/bill.ts'
import { Fields, isGiven, type Maybe } from '../domain/fields.ts'
import { readCredential, readPool } from '../domain/read-bill.ts'
import { credentialUnknown } from '../domain/refusals.ts'
import { personMessage, personRead } from '../peers/person-read.ts'
import { notLinkedHere } from '../peers/province.ts'
import { findAgreements } from '../store/find-person.ts'
import { findRequest } from '../store/requests.ts'
import { provinceElsewhere } from './away-bill.ts'
import type { Shown } from './visit-person.ts'

interface Showing {
  readonly requestId: string
  readonly credential?: Maybe<BillInput['credential']>
  readonly insuredPool?: Maybe<string>
}

/** The refusals such a question is answered with here; what else the other platform says is a NotAllowed. */
const KINDS = ['InvalidInput', 'NotAllowed', 'Busy']
/** How the other platform says that a credential is nobody's. */
const NOBODYS = 'NOT_FOUND'

/**
 * Whom a credential of another province shows, as the platform there says, or its refusal when it is called; undefined for
 * a credential that is looked up here. It is asked before the transaction that needs it, since that must not wait for
 * another platform, and not again for a request that has its answer.
 */
export async function showingElsewhere(
  context: Context,
  { requestId, credential, insuredPool }: Showing,
): Promise<(() => Shown) | undefined> {
  const province = provinceElsewhere(context, { insuredPool: insuredPool ?? null })
  const read = readShown(credential, insuredPool)
  if (province === null || read === null) return undefined
  const { hot } = context.db
  const identity = context.institution()
  if ((await findRequest(hot, { caller: callerOf(identity), requestId })) !== null) return undefined
  // Whoever has no agreement at all is refused before anybody is asked.
  if ((await findAgreements(hot, identity.institution)).length === 0) return undefined
  return ask(context, province, read).then(
    (insuredId) => () => ({ insuredId, records: [insuredId], pool: read.insuredPool }),
    (refusal: unknown) => () => {
      throw refusal
    },
  )
}

interface Read {
  readonly credential: Bill['credential']
  readonly insuredPool: string
}

/** What was shown, if it is in form; what is not is refused where the whole of the input is read. */
function readShown(credential: Showing['credential'], insuredPool: Maybe<string>): Read | null {
  if (!credential || !isGiven(insuredPool)) return null
  const fields = new Fields()
  const read = { credential: readCredential(fields, credential), insuredPool: readPool(fields, insuredPool) ?? '' }
  return fields.hasFault('') ? null : read
}

async function ask(context: Context, province: string, { credential }: Read): Promise<string> {
  const { institution } = context.institution()
  const exchange = randomUUIDv7()
  const message = personMessage({ exchange, institution, credential })
  const said = await context.provinces?.send({ province, type: 'person', message })
  if (said?.kind !== 'ANSWERED') throw isNotLinked(said?.code ?? 'EXCHANGE_OFF') ? notLinkedHere() : homeUnreachable()
  const read = personRead.safeParse(said.answer)
  if (!read.success) {
    context.logger?.warn({ exchange, province }, 'an answer of another province about a person was not understood')
    throw homeUnreachable()
  }
  const { person, rejection } = read.data
  if (rejection !== null)
    throw rejection.code === NOBODYS ? credentialUnknown() : Rejection.reviveTold(rejection, KINDS)
  return person.id
}
