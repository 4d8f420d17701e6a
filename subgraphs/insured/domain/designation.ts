import { NotAllowed } from '@yibao/schema/rejection'

/** An agreement of an institution whose period today is in. */
export interface Designation {
  readonly status: 'ACTIVE' | 'SUSPENDED' | 'TERMINATED'
  /** Why it is not active. */
  readonly reason: string | null
}

/** Refuses an institution without an agreement in force, in the words settlement has for it. */
export function checkDesignated(agreements: readonly Designation[], day: Temporal.PlainDate): void {
  if (agreements.some((one) => one.status === 'ACTIVE')) return
  const withdrawn = agreements.find((one) => one.status === 'SUSPENDED') ?? agreements[0]
  if (withdrawn === undefined) {
    refuse(
      'INSTITUTION_NOT_DESIGNATED',
      `机构在 ${day.toString()} 不是定点`,
      `the institution is not designated on ${day.toString()}`,
    )
  }
  const { status, reason } = withdrawn
  const suspended = status === 'SUSPENDED'
  refuse(
    suspended ? 'INSTITUTION_SUSPENDED' : 'INSTITUTION_TERMINATED',
    `机构的服务协议已${suspended ? '中止' : '解除'}${reason === null ? '' : `：${reason}`}`,
    `the institution's agreement is ${suspended ? 'suspended' : 'terminated'}${reason === null ? '' : `: ${reason}`}`,
  )
}

function refuse(code: string, zh: string, en: string): never {
  throw NotAllowed.at('institution', code, { zh, en })
}
