import type { Text } from '@yibao/schema/rejection'

/** For what reason a prescription is valid for how long. */
export type Validity = 'STANDARD' | 'LONG_TERM' | 'LONG_TERM_EXTENDED'

interface ValidityRule {
  /** Days at most, from when it was prescribed. */
  readonly days: number
  readonly reason: Text
  readonly source: {
    readonly document: string
    readonly number: string
    readonly article: string
    readonly note: string
  }
}

/** How long prescriptions may be valid, with where that is said. */
export const VALIDITIES: Readonly<Record<Validity, ValidityRule>> = {
  STANDARD: {
    days: 3,
    reason: { zh: '普通处方', en: 'ordinary prescription' },
    source: {
      document: '处方管理办法',
      number: '卫生部令第53号',
      article: '第十八条',
      note: 'valid on the day; where the doctor says so longer, three days at most',
    },
  },
  LONG_TERM: {
    days: 30,
    reason: { zh: '长期处方（四周）', en: 'long-term prescription, four weeks' },
    source: {
      document: '长期处方管理规范（试行）',
      number: '国卫办医发〔2021〕17号',
      article: '处方量一般在四周内',
      note: 'it limits the supply; that what is dispensed in parts stays valid for as long, in whole months, is assumed',
    },
  },
  LONG_TERM_EXTENDED: {
    days: 90,
    reason: { zh: '病情稳定的长期处方（十二周）', en: 'long-term prescription in a stable state, twelve weeks' },
    source: {
      document: '长期处方管理规范（试行）',
      number: '国卫办医发〔2021〕17号',
      article: '病情稳定者最长不超过十二周',
      note: 'as above',
    },
  },
}

export const VALIDITY_NAMES = ['STANDARD', 'LONG_TERM', 'LONG_TERM_EXTENDED'] as const satisfies readonly Validity[]
