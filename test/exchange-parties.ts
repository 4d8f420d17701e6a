import type { Data, WorldPerson } from './world.ts'

// Two provinces that treat each other's insured, who does what in them, and how they are asked.

export const [PLACE, HOME] = ['33', '62']
export const NINGBO = 'H33020000001'
export const POOL = '629900'

/** Who treats, clears and speaks for a province, and where its persons are insured. */
export interface Party {
  readonly province: string
  readonly hospital: string
  /** Pays the hospital. */
  readonly clerk: string
  /** Speaks with other provinces. */
  readonly speaker: string
  readonly insuredPool: string
}

export const PARTIES: Readonly<Record<SideName, Party>> = {
  place: {
    province: PLACE,
    hospital: NINGBO,
    clerk: 'ningbo-clerk',
    speaker: 'clerk-339900',
    insuredPool: '330100',
  },
  home: {
    province: HOME,
    hospital: 'H62990000001',
    clerk: 'clerk-629900',
    speaker: 'clerk-629900',
    insuredPool: POOL,
  },
}

/** Staff of Zhejiang, whom the demo does not have. */
export const STAFF = [
  { kind: 'staff', login: 'ningbo-clerk', label: '宁波经办 clerk', pool: '330200' },
  { kind: 'staff', login: 'clerk-339900', label: '浙江省本级 clerk', pool: '339900' },
] as const

export const SIDES = ['place', 'home'] as const
export type SideName = (typeof SIDES)[number]
export const otherOf = (side: SideName): SideName => (side === 'place' ? 'home' : 'place')

/** One of the two platforms, as it is asked and looked at. */
export interface Side {
  /** Asks as an institution or somebody of the staff; null when nothing came back. */
  ask(who: string, query: string, variables: object): Promise<{ data: Data; errors?: unknown } | null>
  rows(text: string, args?: readonly unknown[]): Promise<Data[]>
  now(): Temporal.Instant
  /** Everything wrong in its books. */
  proven(): Promise<readonly unknown[]>
}

export type Insured = Pick<WorldPerson, 'identityNumber'>
