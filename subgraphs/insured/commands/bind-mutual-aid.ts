import { once } from '@yibao/drizzle/once'
import { publish } from '@yibao/drizzle/outbox'
import { newId } from '@yibao/drizzle/uuid'
import { dayOf } from '@yibao/schema/dates'
import { InvalidInput, NotFound, type Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import {
  bind,
  readBinding,
  tooManyUnknownRelatives,
  UNKNOWN_RELATIVES_MAX,
  type BindInput,
} from '../domain/bind-mutual-aid.ts'
import type { Insured } from '../domain/person.ts'
import { findEnrolments } from '../store/enrolments.ts'
import { addBinding, countUnknownRelative, discountUnknownRelative, findBindings } from '../store/mutual-aid.ts'
import { findByIdentity, findPersons, hashIdentity } from '../store/persons.ts'

/** Lets the account of the person who signed in pay for a relative, from now on; answers the id of the binding. */
export async function bindMutualAid(
  context: Context,
  { requestId, input }: { requestId: string; input: BindInput },
): Promise<string> {
  const { db, secrets, now, as } = context
  const identity = as('person')
  const { insuredId: sponsorId } = identity
  const at = now()
  const hash = hashIdentity(secrets, input.identityNumber)
  const keyed = { ...input, identityNumber: hash.toString('hex') }
  const asked = { identity, requestId, operation: 'bindMutualAid', input: keyed, now: at, insuredId: sponsorId }
  const { bindingId } = await once(db, asked, async (tx) => {
    const problems: Problem[] = []
    const terms = readBinding(input, problems)
    InvalidInput.throwIf(problems)
    const [sponsor] = await findPersons(tx, [sponsorId])
    if (sponsor === undefined) throw NotFound.of({ zh: '您的参保登记', en: 'your registration' }, '')
    const relative = await countingFailures(context, () => findByIdentity(tx, hash, input.name))
    const enrolments = await findEnrolments(tx, [sponsorId, relative.id])
    const sideOf = ({ id, name, birthDate }: Insured) => ({
      id,
      name,
      birthDate,
      enrolments: enrolments.filter((one) => one.insuredId === id),
    })
    const existing = await findBindings(tx, [sponsorId, relative.id])
    const sides = { sponsor: sideOf(sponsor), beneficiary: sideOf(relative) }
    const binding = bind(terms, { ...sides, id: newId(), existing, now: at })

    await addBinding(tx, binding)
    const payload = { bindingId: binding.id, sponsorId }
    await publish(tx, 'insured', { insuredId: relative.id, topic: 'mutual-aid.bound', payload, at })
    return { bindingId: binding.id }
  })
  return bindingId
}

/** Number and name must be of one person; whether one of them alone is right is never said. */
async function countingFailures(
  { db, now, as, logger }: Context,
  find: () => Promise<Insured | null>,
): Promise<Insured> {
  const { insuredId } = as('person')
  const mine = { insuredId, day: dayOf(now()) }
  const count = await countUnknownRelative(db.hot, mine, UNKNOWN_RELATIVES_MAX)
  if (count === null) {
    logger?.warn({ insuredId, count: UNKNOWN_RELATIVES_MAX }, 'no more relatives can be named today')
    throw tooManyUnknownRelatives(mine.day)
  }
  const relative = await find()
  if (relative === null) {
    logger?.warn({ insuredId, count }, 'an identity number of nobody was named as a relative’s')
    const what = { zh: '姓名与证件号码相符的参保人', en: 'a person with this identity number and name' }
    throw NotFound.of(what, 'identityNumber')
  }
  await discountUnknownRelative(db.hot, mine)
  return relative
}
