import { once } from '@yibao/drizzle/once'
import { newId } from '@yibao/drizzle/uuid'
import { dayOf } from '@yibao/schema/dates'
import { checkInsuredPool, homeUnreachable, isElsewhere } from '@yibao/schema/exchange'
import { CREDENTIAL_KINDS } from '@yibao/schema/ids'
import { parseYuan, ZERO } from '@yibao/schema/money'
import { Rejection } from '@yibao/schema/rejection'
import { lookupHash } from '@yibao/schema/secrets'
import type { Context } from '../context.ts'
import { checkDesignated } from '../domain/designation.ts'
import type { Detail, InsuredElsewhere } from '../domain/elsewhere.ts'
import { onlyOneCredential } from '../domain/unknown-credential.ts'
import { checkPurpose, readCode, refuseRawCode, type Purpose } from '../domain/voucher.ts'
import { personAnswer, type PersonMessage, type ToldPerson } from '../peers/person-message.ts'
import { findDesignations } from '../store/designations.ts'
import type { CredentialInput } from './present-credential.ts'

/** A visit token of a person insured elsewhere. */
export interface VisitTokenElsewhere {
  readonly token: string
  readonly expiresAt: Temporal.Instant
  readonly purpose: Purpose
  readonly insured: InsuredElsewhere
}

/** Whether the person who is asked for is insured on another platform. @throws InvalidInput when the pool is none */
export function isAskedElsewhere({ as }: Context, insuredPool: string | null | undefined): insuredPool is string {
  if (insuredPool === null || insuredPool === undefined || insuredPool === '') return false
  checkInsuredPool(insuredPool)
  return isElsewhere(as('institution').institution, insuredPool)
}

interface Presented {
  readonly credential: CredentialInput
  readonly insuredPool: string
  readonly details: readonly Detail[]
}

/**
 * Who shows a credential of another province, as the platform there says: whether it is good, and what covers the person,
 * is known there alone. Here only the institution is checked.
 */
export async function presentElsewhere(
  context: Context,
  { credential, insuredPool, details }: Presented,
): Promise<InsuredElsewhere> {
  const { institution } = context.as('institution')
  if (!context.presentOnce()) throw onlyOneCredential()
  const day = dayOf(context.now())
  checkDesignated(await findDesignations(context.db.orm, institution, day), day)
  refuseRawCode(CREDENTIAL_KINDS[credential.kind], credential.value)
  const shown = { kind: credential.kind, value: credential.value }
  const { insured } = await ask(context, insuredPool, { exchange: newId(), institution, shown, details: [...details] })
  context.noteRead(insured.id, 'insuredByCredential')
  return insured
}

interface Decoding {
  readonly requestId: string
  readonly code: string
  readonly purpose: Purpose
  readonly insuredPool: string
}

/**
 * Has an e-voucher of another province decoded there, once. What is kept here is under which exchange it was asked, so that
 * the same request gets the same token, also when the first answer was lost on its way.
 */
export async function decodeElsewhere(
  context: Context,
  { requestId, ...input }: Decoding,
): Promise<VisitTokenElsewhere> {
  const { db, secrets, now, as, noteRead } = context
  const identity = as('institution')
  const { institution } = identity
  const { code, purpose, insuredPool } = input
  const at = now()
  const asked = { ...input, code: lookupHash(secrets, '01', code).toString('hex') }
  const { exchange } = await once(
    db,
    { identity, requestId, operation: 'decodeVoucher', input: asked, now: at },
    async (tx) => {
      const day = dayOf(at)
      checkDesignated(await findDesignations(tx, institution, day), day)
      readCode(code)
      checkPurpose(purpose, institution)
      return { exchange: newId() }
    },
  )
  const shown = { kind: 'CODE', value: code, purpose } as const
  const { insured, token } = await ask(context, insuredPool, { exchange, institution, shown, details: [] })
  if (token === null) throw homeUnreachable()
  noteRead(insured.id, 'decodeVoucher')
  return { token: token.token, expiresAt: Temporal.Instant.from(token.expiresAt), purpose, insured }
}

/** @throws the refusal of home as if it were one of here; Busy when home says nothing that can be understood */
async function ask({ askHome, logger }: Context, insuredPool: string, message: PersonMessage) {
  const said = personAnswer.safeParse(await askHome({ insuredPool, type: 'person', message }))
  if (!said.success) {
    const { exchange } = message
    logger?.warn({ exchange, insuredPool }, 'an answer of another province about a person was not understood')
    throw homeUnreachable()
  }
  const { person, token, rejection } = said.data
  if (rejection !== null) throw Rejection.revive(rejection)
  return { insured: elsewhere(insuredPool, person), token }
}

const dayIn = (text: string) => Temporal.PlainDate.from(text)
const dayOrNull = (text: string | null) => (text === null ? null : dayIn(text))
const spanOf = ({ beginOn, endOn }: { readonly beginOn: string; readonly endOn: string | null }) => ({
  beginOn: dayIn(beginOn),
  endOn: dayOrNull(endOn),
})

function elsewhere(insuredPool: string, { birthDate, ...told }: ToldPerson): InsuredElsewhere {
  return {
    ...told,
    insuredPool,
    birthDate: dayIn(birthDate),
    enrolments: told.enrolments.map(({ coveredFrom, standing, ...one }) => ({
      ...one,
      ...spanOf(one),
      coveredFrom: dayIn(coveredFrom),
      standing: { ...standing, since: dayIn(standing.since), until: dayOrNull(standing.until) },
    })),
    filings: told.filings.map((one) => ({ ...one, ...spanOf(one) })),
    diseases: told.diseases && told.diseases.map((one) => ({ ...one, ...spanOf(one) })),
    accumulators:
      told.accumulators && told.accumulators.map((one) => ({ ...one, amount: parseYuan(one.amount) ?? ZERO })),
  }
}
