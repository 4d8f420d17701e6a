import { randomUUIDv7 } from 'node:crypto'
import { once } from '@yibao/drizzle/once'
import { publish } from '@yibao/drizzle/outbox'
import { dayOf, parseDay } from '@yibao/schema/dates'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { eventOf } from '../domain/event.ts'
import { chooseCoverage } from '../domain/coverage.ts'
import { file as decide } from '../domain/file.ts'
import { readFiling, type FilingInput } from '../domain/read-filing.ts'
import { checkReferrer } from '../domain/referrer.ts'
import { findCoverage } from '../store/coverage.ts'
import { findDesignations } from '../store/designations.ts'
import { addFiling, findFilingsOf, setCancelled } from '../store/filings.ts'

export interface FileInput extends FilingInput {
  /** Needed only by whoever is covered in two pools. */
  readonly insuranceType?: string | null | undefined
}

/** Files treatment elsewhere for the person who signed in; answers the id of the filing. */
export async function file(
  { db, rules: rulebook, now, person }: Context,
  { requestId, input }: { requestId: string; input: FileInput },
): Promise<string> {
  const identity = person()
  const { insuredId } = identity
  const at = now()
  const asked = { identity, requestId, operation: 'fileTreatmentElsewhere', input, now: at, insuredId }
  const { filingId } = await once(db, asked, async (tx) => {
    const day = parseDay(input.beginOn ?? '') ?? dayOf(at)
    const enrolments = await findCoverage(tx, insuredId)
    const coverage = chooseCoverage(enrolments, { day, insuranceType: input.insuranceType ?? null })
    const rules = rulebook.rulesOf(coverage.pool)
    const existing = await findFilingsOf(tx, [insuredId])

    const problems: Problem[] = []
    const terms = readFiling(input, { rules, today: dayOf(at) }, problems)
    InvalidInput.throwIf(problems)
    if (terms.referral !== null) {
      const designations = await findDesignations(tx, terms.referral.institution)
      checkReferrer(terms.referral, { designations, pool: coverage.pool, rules })
    }
    const { filing, replaced } = decide(terms, { id: randomUUIDv7(), insuredId, coverage, rules, existing, now: at })

    for (const old of replaced) {
      await setCancelled(tx, old)
      await publish(tx, 'cross_province', eventOf('filing.replaced', old, at))
    }
    await addFiling(tx, filing)
    await publish(tx, 'cross_province', eventOf('filing.filed', filing, at))
    return { filingId: filing.id }
  })
  return filingId
}
