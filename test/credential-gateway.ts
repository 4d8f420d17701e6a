import { demoPersons } from '../demo/persons.ts'
import { AUTHORISE_CARD, CHANGE_CARD, ELECTRONIC } from './card-asking.ts'
import { CERTIFY, CHOOSE, REGISTER_MATERNITY } from './registration-asking.ts'
import { BY_CREDENTIAL } from './world-queries.ts'
import type { World } from './world.ts'

interface Place {
  readonly institution: string
  readonly clerk: string
  readonly pool: string
  readonly person: Person
}

interface Person {
  readonly insuredId: string
  readonly personNumber: string
  readonly identityNumber: string
  readonly cardNumber: string
  readonly name: string
}

/** A card that is suspended for a moment, electronic cards, certificates, and registrations for where and what. */
export async function tellCredentials(world: Pick<World, 'as'>, { institution, clerk, pool, person }: Place) {
  const { insuredId, personNumber } = person
  const told = async (who: string, requestId: string, query: string, variables: object) => {
    const [answer] = Object.values(await world.as(who, query, { requestId, ...variables })) as { code?: string }[]
    if (answer?.code !== undefined && !/^[0-9]{28}$/.test(answer.code)) throw new Error(`${requestId}: ${answer.code}`)
    return answer as { readonly id: string }
  }
  const { me } = await world.as(personNumber, '{ me { cards { id } } }')
  const card = { cardId: me.cards[0].id, reason: '核对' }
  await told(clerk, 'card-suspend', CHANGE_CARD['suspend'] ?? '', card)
  await told(clerk, 'card-resume', CHANGE_CARD['resume'] ?? '', card)
  for (const channel of ['BANK01', 'APP01']) {
    const { id } = await told(personNumber, `card-${channel}`, AUTHORISE_CARD, { channel })
    await told(channel, `card-${id}`, ELECTRONIC.issue, { electronicCardId: id })
  }
  const window = { identityNumber: person.identityNumber, name: person.name, reason: '急诊，未带证件' }
  for (const who of [institution, clerk]) await told(who, 'certificate', CERTIFY, { input: window })
  const choice = { institution, beginOn: '2026-11-22' }
  await told(personNumber, 'choose', CHOOSE, { input: choice })
  const mother = demoPersons().find((one) => one.sex === '2' && one.enrolments[0]?.pool === pool)
  if (mother === undefined) throw new Error(`there is no woman in ${pool}`)
  await world.as(institution, BY_CREDENTIAL, {
    credential: { kind: 'SOCIAL_SECURITY_CARD', value: mother.cardNumber },
  })
  for (const one of new Set([mother.insuredId, insuredId])) {
    const terms = { insuredId: one, expectedOn: '2027-06-06', weeks: 12 }
    await world.as(clerk, REGISTER_MATERNITY, { requestId: `maternity-${one}`, input: terms })
  }
}
