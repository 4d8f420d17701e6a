import { before, dayOf } from '@yibao/schema/dates'
import { InvalidInput, NotAllowed } from '@yibao/schema/rejection'
import type { Filing, FilingTerms } from './filing.ts'
import { lastDay } from './read-filing.ts'
import { stateOn } from './filing.ts'
import type { FilingRules } from './rules.ts'

/** Refuses to touch a filing that is over, or of which a change waits to be decided. */
export function checkStanding(filing: Filing, others: readonly Filing[], today: Temporal.PlainDate): void {
  const state = stateOn(filing, today)
  if (filing.cancelledFrom !== null || state === 'REFUSED' || state === 'WITHDRAWN') {
    throw NotAllowed.at('filingId', 'FILING_CANCELLED', {
      zh: '该备案已取消、已被替代或未获通过',
      en: 'was already cancelled, replaced or refused',
    })
  }
  if (state === 'EXPIRED') {
    throw NotAllowed.at('filingId', 'FILING_EXPIRED', { zh: '该备案已到期', en: 'has expired' })
  }
  const pending = others.find((one) => one.replaces === filing.id && one.dueOn !== null)
  if (pending === undefined) return
  throw NotAllowed.at(
    'filingId',
    'CHANGE_UNDER_REVIEW',
    { zh: '该备案的变更正在审核，请先撤回', en: 'has a change under review; withdraw that one first' },
    { filing: pending.id },
  )
}

/** Refuses to change a long-term filing before the rules allow it. One that has not begun may always be changed. */
export function checkChange(filing: Filing, today: Temporal.PlainDate, rules: FilingRules): void {
  if (filing.type !== 'LONG_TERM' || before(today, filing.beginOn)) return
  const changeFrom = filing.beginOn.add(rules.changeAfter)
  if (!before(today, changeFrom)) return
  throw NotAllowed.at(
    'beginOn',
    'CHANGE_TOO_EARLY',
    {
      zh: `${rules.name.zh}规定长期备案在 ${changeFrom.toString()} 之前不得变更或取消`,
      en: `by the rules of ${rules.name.en} a long-term filing cannot be changed or cancelled before ${changeFrom.toString()}`,
    },
    { changeFrom: changeFrom.toString() },
  )
}

/** A stay in hospital that is not settled. */
export interface OpenStay {
  readonly institution: string
  /** In another province, whose hospital announces it: home hears of its end by that alone. */
  readonly isElsewhere: boolean
}

/** Refuses to take a filing away from under a stay that rests on it. */
export function checkNoStay(filing: Filing, stays: readonly OpenStay[]): void {
  const stay = stays.find(({ institution }) => institution.slice(1).startsWith(filing.destination))
  if (stay === undefined) return
  throw NotAllowed.at(
    'filingId',
    'STAY_OPEN',
    stay.isElsewhere
      ? {
          zh: '您在该地的住院尚未办理出院登记；请就医医院发送出院通知（announceDischarge）后再变更或取消备案，仅结算不等于出院',
          en: 'has a stay there whose discharge was not announced; have the hospital announce it (announceDischarge), which a settlement alone does not do, and change or cancel it then',
        }
      : {
          zh: '您正在该地住院或尚未结算，出院结算后方可变更或取消备案',
          en: 'has a stay there that is not settled; it can be changed or cancelled after discharge is settled',
        },
    { institution: stay.institution },
  )
}

/** Refuses to make something else of a filing than a filing of its type. */
export function checkSameType(old: Filing, terms: FilingTerms): void {
  if (old.type === terms.type) return
  const message = { zh: '变更不能改变备案类型', en: 'cannot be changed: file anew' }
  throw InvalidInput.of([{ path: 'input.type', code: 'NOT_APPLICABLE', message }])
}

function fail(code: string, zh: string, en: string): never {
  throw InvalidInput.of([{ path: 'endOn', code, message: { zh, en } }])
}

/**
 * The terms of a temporary filing that goes on after its last day, for at most one validity from today on.
 *
 * @throws NotAllowed when it was extended too often; InvalidInput
 */
export function extend(
  old: Filing,
  { endOn, rules, now }: { endOn: Temporal.PlainDate; rules: FilingRules; now: Temporal.Instant },
): FilingTerms {
  if (old.type === 'LONG_TERM' || old.endOn === null) {
    throw NotAllowed.at('filingId', 'NOT_APPLICABLE', { zh: '长期备案长期有效，无需延期', en: 'has no last day' })
  }
  if (old.extensions >= rules.extensionsMax) {
    throw NotAllowed.at('filingId', 'TOO_MANY_EXTENSIONS', {
      zh: `最多延期 ${rules.extensionsMax} 次，请重新备案`,
      en: `can be extended ${rules.extensionsMax} time(s) at most; file anew`,
    })
  }
  if (!before(old.endOn, endOn)) fail('PERIOD_NOT_LONGER', '须晚于原结束日期', 'must be after the last day so far')
  const last = lastDay(dayOf(now), rules.validity[old.type])
  if (before(last, endOn))
    fail('PERIOD_TOO_LONG', `有效期最长至 ${last.toString()}`, `can be ${last.toString()} at most`)

  const { type, ground, destination, evidence, documents, referral, referralId, hospital, department, doctor } = old
  return {
    type,
    ground,
    destination,
    evidence,
    documents,
    referral,
    referralId,
    hospital,
    department,
    doctor,
    beginOn: old.endOn.add({ days: 1 }),
    endOn,
  }
}
