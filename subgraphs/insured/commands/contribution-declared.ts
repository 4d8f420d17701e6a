import { newId } from '@yibao/drizzle/uuid'
import type { Services } from '../context.ts'
import { billDeclared, type DeclaredLine } from '../domain/contribution-bill.ts'
import type { Bill } from '../domain/contribution.ts'
import { addBills, findBills, type PersonsBill } from '../store/contribution-bills.ts'
import { findDeclaredLines, findUnbilled, noteBilled } from '../store/contribution-declared.ts'
import { contributionRules } from '../store/contribution-rules.ts'
import { tellBilled } from './contribution-notice.ts'
import { setOffCredit } from './employer-credit.ts'

/** Declared months taken in one run. */
const RUN_MAX = 100

/**
 * Makes the bills of what employers have declared, each declared month once: a first bill for each person, or the
 * difference a correction makes. A month, its bills, the note that they are made and what
 * is set against them come together.
 */
export async function billDeclarations({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<void> {
  const rules = await contributionRules()
  for (let run = 0; run < RUN_MAX; run += 1) {
    const found = await findUnbilled(db.orm)
    if (found === null) return
    await db.orm.transaction(async (tx) => {
      const now = clock()
      const lines = await findDeclaredLines(tx, found)
      const keys = lines.map(({ insuredId, insuranceType, month }) => ({ insuredId, insuranceType, period: month }))
      const existing = billsByPerson(await findBills(tx, keys))
      const bills = lines.flatMap((line) => {
        const before = existing.get(line.insuredId) ?? []
        const bill = billDeclared(line, before, { rules, now, id: newId() })
        if (bill === null) return []
        existing.set(line.insuredId, [...before, bill])
        return [bill]
      })
      if (!(await noteBilled(tx, found, bills.length, now))) return
      await addBills(tx, bills)
      await tellBilled(tx, found, bills, now)
      const [first] = lines
      if (first !== undefined) await setOffCredit(tx, keyOf(first), now)
    })
  }
}

const billsByPerson = (bills: readonly PersonsBill[]): Map<string, Bill[]> => Map.groupBy(bills, (one) => one.personId)

/** A declared month is of one employer, pool and insurance. */
const keyOf = ({ employer, pool, insuranceType }: DeclaredLine) => ({ employer, pool, insuranceType })
