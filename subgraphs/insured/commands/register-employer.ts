import { once } from '@yibao/drizzle/once'
import { publish } from '@yibao/drizzle/outbox'
import { callerOf } from '@yibao/schema/identity'
import { InvalidInput, NotAllowed, type Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { readEmployer, type EmployerInput } from '../domain/employer.ts'
import { addEmployer, chooseEmployerNumber, findEmployer } from '../store/employers.ts'

/** Registers an employer with the pool of the bureau that asks; answers its credit code. */
export async function registerEmployer(
  { db, now, as }: Context,
  { requestId, input }: { requestId: string; input: EmployerInput },
): Promise<{ readonly creditCode: string; readonly pool: string }> {
  const identity = as('staff')
  const at = now()
  return once(db, { identity, requestId, operation: 'registerEmployer', input, now: at }, async (tx) => {
    const problems: Problem[] = []
    const { creditCode, name, empNo } = readEmployer(input, problems)
    InvalidInput.throwIf(problems)
    const { pool } = identity
    if ((await findEmployer(tx, creditCode, pool)) !== null) {
      const message = { zh: '该单位已在本统筹区登记', en: 'is registered in your pool already' }
      throw NotAllowed.at('creditCode', 'EMPLOYER_REGISTERED', message)
    }
    const one = { creditCode, pool, name, empNo: empNo ?? (await chooseEmployerNumber(tx, pool)), registeredAt: at }
    if (!(await addEmployer(tx, one, callerOf(identity)))) {
      throw NotAllowed.at('empNo', 'EMP_NO_TAKEN', { zh: '该单位编号已被使用', en: 'belongs to another employer' })
    }
    await publish(tx, 'insured', { topic: 'employer.registered', payload: { creditCode, pool }, at })
    return { creditCode, pool }
  })
}
