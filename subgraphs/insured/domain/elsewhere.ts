import type { Text } from '@yibao/schema/rejection'
import type { Fen } from '@yibao/schema/money'
import { NotAllowed } from '@yibao/schema/rejection'
import type { Standing } from './enrolment-standing.ts'
import type { Insured } from './person.ts'
import type { DiseaseKind } from './registration.ts'

/** What is told of a person besides who they are, when it is asked for. */
export type Detail = 'DISEASES' | 'ACCUMULATORS'

/** A filing that holds for the place where the person is treated. */
export interface FilingTold {
  readonly id: string
  readonly type: 'LONG_TERM' | 'REFERRAL' | 'EMERGENCY' | 'OTHER_TEMPORARY'
  readonly destination: string
  readonly beginOn: Temporal.PlainDate
  readonly endOn: Temporal.PlainDate | null
}

/** What covers somebody insured on another platform, as that platform says. */
export interface EnrolmentElsewhere {
  readonly pool: string
  readonly insuranceType: string
  readonly personType: string
  readonly civilServant: boolean
  readonly beginOn: Temporal.PlainDate
  readonly endOn: Temporal.PlainDate | null
  readonly coveredFrom: Temporal.PlainDate
  readonly standing: {
    readonly state: Standing
    readonly since: Temporal.PlainDate
    readonly until: Temporal.PlainDate | null
    readonly reason: Text | null
  }
}

export interface DiseaseElsewhere {
  readonly insuranceType: string
  readonly disease: string
  readonly name: string
  readonly kind: DiseaseKind
  readonly institutions: readonly string[] | null
  readonly beginOn: Temporal.PlainDate
  readonly endOn: Temporal.PlainDate | null
}

export interface AccumulatorElsewhere {
  readonly pool: string
  readonly insuranceType: string
  readonly name: string
  readonly period: string
  readonly amount: Fen
}

/** A person insured on the platform of another province, as it says. Nothing of them is kept here. */
export interface InsuredElsewhere extends Insured {
  /** The pool that was asked. */
  readonly insuredPool: string
  readonly enrolments: readonly EnrolmentElsewhere[]
  readonly filings: readonly FilingTold[]
  /** Null when nobody asked. */
  readonly diseases: readonly DiseaseElsewhere[] | null
  readonly accumulators: readonly AccumulatorElsewhere[] | null
}

/** What to say to somebody who has not filed; null to who has. */
export const adviceOf = ({ filings }: Pick<InsuredElsewhere, 'filings'>): Text | null =>
  filings.length > 0 ? null : NOT_FILED

const NOT_FILED: Text = {
  zh: '未查到至本地的异地就医备案：可由参保人在出院结算前补办，否则按未备案的待遇结算；急诊抢救视同已备案',
  en:
    'no filing for treatment here is in force: the person can still file until the discharge is settled, or else is paid ' +
    'for as without one; emergencies count as filed',
}

/** The platform of a province speaks for the institutions of that province alone. @throws NotAllowed */
export function checkSender(province: string, institution: string): void {
  if (institution.slice(1, 3) === province) return
  throw NotAllowed.at('institution', 'INSTITUTION_ELSEWHERE', {
    zh: '医药机构不在发送方省份内',
    en: 'the institution lies outside of the province that asks',
  })
}
