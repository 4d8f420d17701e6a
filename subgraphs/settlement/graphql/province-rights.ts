import { may } from '@yibao/schema/builder'

/** Money between provinces: the bureau of the province itself, which the row rules know by its pool, and auditors. */
export const mayReadProvince = may('staff settlement:read', 'auditor settlement:read')

/** Speaking for the province with another; the command lets the bureau of the province itself alone. */
export const maySpeak = may('staff settlement:write')
