import type { Bill } from './bill.ts'
import { isMaternityCare } from './care-type.ts'
import type { Enrolment } from './facts.ts'
import type { Policy, PoolRules } from './policy.ts'
import { refusedAt } from './refusals.ts'

/** Where a person chose to be treated. Days are ISO texts. */
export interface ChosenRecord {
  readonly pool: string
  readonly institution: string
  readonly beginOn: string
  readonly endOn: string | null
}

/** That a woman is registered for maternity care. Days are ISO texts. */
export interface MaternityRecord {
  readonly pool: string
  /** Where she is treated; null anywhere. */
  readonly hospital: string | null
  readonly beginOn: string
  readonly endOn: string
}

/** Which of the two the bill's pool asks for. */
interface Asked {
  readonly chosen: boolean
  readonly maternity: boolean
}

const NOTHING: Asked = { chosen: false, maternity: false }

/** What a pool's rules ask for of such a bill. Emergencies are treated wherever they happen. */
function askedBy({ chosenInstitution, maternityRegistration }: PoolRules, { careType, emergency }: Bill): Asked {
  return {
    chosen: !emergency && chosenInstitution.careTypes.some((prefix) => careType.startsWith(prefix)),
    maternity: maternityRegistration.value && isMaternityCare(careType),
  }
}

const isStrict = ({ pool: { rules } }: Policy): boolean =>
  rules.chosenInstitution.careTypes.length > 0 || rules.maternityRegistration.value

const strict = new WeakMap<readonly Policy[], readonly Policy[]>()

/** The policies of pools that ask for anything at all. */
function strictOnes(policies: readonly Policy[]): readonly Policy[] {
  const known = strict.get(policies)
  if (known !== undefined) return known
  const found = policies.filter(isStrict)
  strict.set(policies, found)
  return found
}

/** What has to be read of a person's registrations beside those for diseases; nothing, in most pools. */
export function askedOf(bill: Bill, enrolments: readonly Enrolment[], policies: readonly Policy[]): Asked {
  const own = strictOnes(policies).filter((one) => enrolments.some(({ pool }) => pool === one.pool.code))
  const asked = own.map((one) => askedBy(one.pool.rules, bill))
  if (asked.length === 0) return NOTHING
  return { chosen: asked.some((one) => one.chosen), maternity: asked.some((one) => one.maternity) }
}

interface Held {
  readonly chosen: readonly ChosenRecord[]
  readonly maternity: readonly MaternityRecord[]
}

interface Where {
  readonly pool: string
  readonly rules: PoolRules
  /** The day of care that decides. */
  readonly on: Temporal.PlainDate
}

/** Holds a bill to what its pool asks for: an institution the person chose, a registration for maternity. Throws NotAllowed. */
export function checkHeld(bill: Bill, held: Held, { pool, rules, on }: Where): void {
  const asked = askedBy(rules, bill)
  const day = on.toString()
  const holds = (one: ChosenRecord | MaternityRecord) =>
    one.pool === pool && one.beginOn <= day && (one.endOn === null || day <= one.endOn)
  if (asked.chosen && !held.chosen.some((one) => holds(one) && one.institution === bill.institution)) {
    throw refusedAt('NOT_CHOSEN_INSTITUTION', ['institution'], {
      zh: `该人员在 ${day} 未选定本机构，统筹基金不予结算；急诊除外`,
      en: `the person has not chosen this institution on ${day}; only emergencies are settled elsewhere`,
    })
  }
  if (!asked.maternity) return
  const current = held.maternity.filter(holds)
  if (current.length === 0) {
    throw refusedAt('MATERNITY_NOT_REGISTERED', ['careType'], {
      zh: `该人员在 ${day} 没有生育备案`,
      en: `the person is not registered for maternity care on ${day}`,
    })
  }
  if (!current.some(({ hospital }) => hospital === null || hospital === bill.institution)) {
    throw refusedAt('NOT_REGISTERED_HERE', ['institution'], {
      zh: '生育备案的定点机构不是本机构',
      en: 'the maternity registration names another institution',
    })
  }
}
