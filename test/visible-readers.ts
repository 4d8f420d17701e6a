import { demoPerson } from './world.ts'

// Who looks, in the rows tests, and the conditions most tables share. `t` is the table.

export const [HOSPITAL, OTHER] = ['H62990000001', 'H62010000001']
export const PERSON = demoPerson('629900', 'retired')
export const NEIGHBOUR = demoPerson('620100', 'retired')

/** What a session says of who asks. */
export type Settings = Partial<
  Record<'role' | 'caller' | 'institution' | 'insured' | 'pool' | 'employer' | 'channel', string>
>

export const READERS = {
  institution: { role: 'institution', institution: HOSPITAL, caller: `institution:${HOSPITAL}` },
  staff: { role: 'staff', pool: '629900', caller: 'staff:629900:clerk-629900' },
  person: { role: 'person', insured: PERSON.insuredId, caller: `person:${PERSON.insuredId}` },
  auditor: { role: 'auditor', caller: 'auditor:auditor' },
  employer: {
    role: 'employer',
    employer: '91629900DEM000001P',
    caller: 'employer:91629900DEM000001P:employer-629900',
  },
  channel: { role: 'channel', channel: 'BANK01', caller: 'channel:BANK01' },
} satisfies Record<string, Settings>
export type Reader = keyof typeof READERS

export const MINE = `t.insured_id = '${PERSON.insuredId}'`
export const OF_POOL = `t.pool = '629900'`

/** Whose rows of one table each reader may see; an employer or channel none unless it says so. */
export type Seen = Readonly<
  Record<'institution' | 'staff' | 'person' | 'auditor', string> & Partial<Record<'employer' | 'channel', string>>
>
