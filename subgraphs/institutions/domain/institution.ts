import { institutionFault, problemAt, type Fault } from '@yibao/schema/ids'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import { textFault } from '@yibao/schema/text'
import { creditCodeFault } from '@yibao/schema/credit-code'

export type Kind = 'HOSPITAL' | 'PHARMACY'

/** Level as policies and ceilings see it. */
export const LEVELS = ['LEVEL_1', 'LEVEL_2', 'LEVEL_3', 'COMMUNITY', 'PHARMACY'] as const
export type Level = (typeof LEVELS)[number]

export const TYPES = [
  'GENERAL_HOSPITAL',
  'SPECIALIST_HOSPITAL',
  'TCM_HOSPITAL',
  'COMMUNITY_HEALTH_CENTRE',
  'TOWNSHIP_HEALTH_CENTRE',
  'CLINIC',
  'RETAIL_PHARMACY',
] as const
export type InstitutionType = (typeof TYPES)[number]

/** A hospital or pharmacy: who it is, not what it has agreed with whom. */
export interface Institution {
  /** `fixmedins_code`, H or P, six digits of the division, five more. */
  readonly code: string
  readonly name: string
  readonly kind: Kind
  readonly level: Level
  readonly type: InstitutionType
  /** `uscc` */
  readonly creditCode: string
  /** The pool on whose ground it stands, six digits. */
  readonly pool: string
  /** Changes of the level by their first day; null while there was none. */
  readonly levels: readonly (readonly [from: string, level: Level])[] | null
}

export interface InstitutionInput {
  readonly code: string
  readonly name: string
  readonly level: Level
  readonly type: InstitutionType
  readonly creditCode: string
}

/** The four municipalities are one pool each, so their districts' codes share only the first two digits with it. */
const MUNICIPALITIES = ['11', '12', '31', '50']

const standsIn = (code: string, pool: string): boolean => {
  const provincial = MUNICIPALITIES.includes(pool.slice(0, 2)) || /^\d\d(00|99)/.test(pool)
  const digits = provincial ? 2 : 4
  return code.slice(1, 1 + digits) === pool.slice(0, digits)
}

/** Reads a registration for the pool of the staff who register; throws InvalidInput with every problem. */
export function readInstitution(input: InstitutionInput, pool: string): Institution {
  const { code, level, type, creditCode } = input
  const name = input.name.trim()
  const problems: Problem[] = []
  const add = (path: string, fault: Fault | null) => fault !== null && problems.push(problemAt(path, fault))

  const codeFault = institutionFault(code)
  add('input.code', codeFault)
  add('input.name', textFault(name, { min: 2, max: 200 }))
  add('input.creditCode', creditCodeFault(creditCode))
  const kind: Kind = code.startsWith('P') ? 'PHARMACY' : 'HOSPITAL'
  if (codeFault === null) {
    if (!standsIn(code, pool)) {
      const message = { zh: '编码的区划不在本统筹区', en: 'has a division outside your pool' }
      add('input.code', { code: 'OTHER_POOL', message })
    }
    const pharmacy = kind === 'PHARMACY'
    if (pharmacy !== (level === 'PHARMACY')) add('input.level', MISMATCH)
    if (pharmacy !== (type === 'RETAIL_PHARMACY')) add('input.type', MISMATCH)
  }
  InvalidInput.throwIf(problems)
  return { code, name, kind, level, type, creditCode, pool, levels: null }
}

const MISMATCH: Fault = {
  code: 'KIND_MISMATCH',
  message: {
    zh: '与编码首字母（H 医院、P 药店）不符',
    en: 'does not fit the first letter of the code (H hospital, P pharmacy)',
  },
}
