import type { Tx } from '@yibao/drizzle/connect'
import { specialIdentity } from '@yibao/drizzle/insured'
import { and, eq } from 'drizzle-orm'
import type { NewIdentity } from '../domain/special-identity.ts'

interface Owner {
  readonly insuredId: string
  readonly enrolmentId: string
}

export async function addSpecialIdentity(tx: Tx, owner: Owner, one: NewIdentity, at: Temporal.Instant): Promise<void> {
  const { type, from: beginOn, to: endOn, evidence } = one
  await tx.insert(specialIdentity).values({ ...owner, type, beginOn, endOn, evidence, enteredAt: at })
}

interface End extends Owner {
  readonly type: string
  readonly beginOn: Temporal.PlainDate
  readonly endOn: Temporal.PlainDate
  readonly reason: string
  readonly at: Temporal.Instant
}

/** Writes the last day of a special identity, and why. */
export async function setIdentityEnd(tx: Tx, { insuredId, enrolmentId, type, beginOn, ...end }: End): Promise<void> {
  await tx
    .update(specialIdentity)
    .set({ endOn: end.endOn, endReason: end.reason, endedAt: end.at })
    .where(
      and(
        eq(specialIdentity.insuredId, insuredId),
        eq(specialIdentity.enrolmentId, enrolmentId),
        eq(specialIdentity.type, type),
        eq(specialIdentity.beginOn, beginOn),
      ),
    )
}
