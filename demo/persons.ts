import { artificialIdentity } from '@yibao/insured/domain/artificial-identity'
import type { SeedEnrolment, SeedPerson } from '@yibao/insured/seed'

/** An artificial person of the demo. The identity number is made when the person is loaded and stands in no file. */
export interface DemoPerson extends SeedPerson {
  readonly cardNumber: string
  /** Who it is, in both languages: "620200 在职 active employee". */
  readonly label: string
  /** Opening balances of the personal account, in fen; null for residents, who have none. */
  readonly account: { readonly pool: string; readonly current: bigint; readonly history: bigint } | null
}

interface Sort {
  readonly personType: string
  readonly label: string
  readonly insuranceType: '310' | '390'
  /** Year of birth of the first of this sort; each further one is two years older. */
  readonly born: number
  readonly civilServant?: true
  /** A special identity (`psn_idet_type`). */
  readonly identity?: string
  /** Yuan in the account: of this year, and of years before. */
  readonly balance?: readonly [number, number]
  /** Suspended since contributions are missing. */
  readonly suspended?: true
  /** Was an active employee until the day before. */
  readonly retiredOn?: string
}

const EMPLOYEES: readonly Sort[] = [
  { personType: '1101', label: '在职 active employee', insuranceType: '310', born: 1992, balance: [860, 2140] },
  { personType: '1201', label: '退休 retired', insuranceType: '310', born: 1960, balance: [1320, 3975] },
  { personType: '1103', label: '灵活就业 flexible', insuranceType: '310', born: 1988, balance: [310, 45] },
]
const CIVIL: Sort = {
  personType: '1102',
  label: '公务员 civil servant',
  insuranceType: '310',
  born: 1984,
  civilServant: true,
  identity: '05',
  balance: [1480, 5260],
}
const JUST_RETIRED: Sort = {
  personType: '1201',
  label: '2025 年 7 月退休 retired in July 2025',
  insuranceType: '310',
  born: 1965,
  balance: [980, 6610],
  retiredOn: '2025-07-01',
}
const SUSPENDED: Sort = {
  personType: '1101',
  label: '在职停保 suspended employee',
  insuranceType: '310',
  born: 1990,
  balance: [0, 126],
  suspended: true,
}
const RESIDENTS: readonly Sort[] = [
  { personType: '1402', label: '学龄前 pre-school child', insuranceType: '390', born: 2021 },
  { personType: '1403', label: '中小学生 pupil', insuranceType: '390', born: 2014 },
  { personType: '1404', label: '大学生 student', insuranceType: '390', born: 2005 },
  { personType: '1501', label: '成年居民 adult resident', insuranceType: '390', born: 1979 },
  { personType: '16', label: '老年居民 elderly resident', insuranceType: '390', born: 1951 },
]
const NEWBORN: Sort = { personType: '1401', label: '新生儿 newborn', insuranceType: '390', born: 2025 }
const ASSISTED: readonly Sort[] = [
  { personType: '1501', label: '低保 minimum living allowance', insuranceType: '390', born: 1975, identity: '2303' },
  { personType: '16', label: '特困 destitute', insuranceType: '390', born: 1949, identity: '2304' },
  { personType: '1403', label: '低收入 low income', insuranceType: '390', born: 2012, identity: '2305' },
]

const [ACTIVE, RETIRED, FLEXIBLE] = EMPLOYEES as [Sort, Sort, Sort]

interface PoolOfPersons {
  readonly pool: string
  readonly employer?: string
  readonly sorts: readonly Sort[]
}

/** Who lives in which pool. 629900 is the composite demonstration pool of Gansu. */
const POOLS: readonly PoolOfPersons[] = [
  { pool: '620200', sorts: [ACTIVE, ACTIVE, ACTIVE, RETIRED, RETIRED, FLEXIBLE, CIVIL, SUSPENDED, ...RESIDENTS] },
  {
    pool: '629900',
    employer: '91629900DEM000001P',
    sorts: [ACTIVE, ACTIVE, ACTIVE, RETIRED, JUST_RETIRED, FLEXIBLE, CIVIL, CIVIL, NEWBORN, ...RESIDENTS, ...ASSISTED],
  },
  { pool: '620100', employer: '91620100DEM0000022', sorts: [ACTIVE, RETIRED, FLEXIBLE] },
  { pool: '330200', sorts: [ACTIVE, ACTIVE, RETIRED, RETIRED, ...RESIDENTS] },
  { pool: '110000', sorts: [ACTIVE, ACTIVE, RETIRED, FLEXIBLE, ...RESIDENTS.slice(1)] },
]

/** Who lives in the second province. */
const SICHUAN_POOLS: readonly PoolOfPersons[] = [
  { pool: '510100', sorts: [ACTIVE, RETIRED, ...RESIDENTS.filter(({ personType }) => personType === '1501')] },
]

const SURNAMES = '王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗'
const GIVEN = {
  male: '建国 志强 晓明 海涛 文博 家豪 永福'.split(' '),
  female: '秀兰 桂英 丽华 玉梅 雪琴 雅婷 淑芬'.split(' '),
}

/** The fifty artificial persons, the same at every start. */
export const demoPersons = (): DemoPerson[] => placesOf(POOLS).map(personOf)

/** Those of the second province: numbered further on, since somebody of one may be treated in the other. */
export const sichuanPersons = (): DemoPerson[] => {
  const first = placesOf(POOLS).length
  return placesOf(SICHUAN_POOLS).map((place, index) => personOf(place, first + index))
}

interface Place {
  readonly pool: string
  /** Who employs those in work. */
  readonly employer?: string
  readonly sort: Sort
  readonly index: number
}

const placesOf = (pools: readonly PoolOfPersons[]): Place[] =>
  pools.flatMap(({ sorts, ...place }) => sorts.map((sort, index) => ({ ...place, sort, index })))

function personOf({ pool, employer, sort, index }: Place, serial: number): DemoPerson {
  const { insuranceType, balance } = sort
  const birth = Temporal.PlainDate.from({ year: sort.born, month: 1 + (serial % 9), day: 1 + ((serial * 7) % 28) })
  // A second one of the same sort is older, except those the type ties to an age.
  const birthDate = insuranceType === '310' ? birth.subtract({ years: 2 * (index % 4) }) : birth
  const male = serial % 2 === 0
  const number = String(serial + 1).padStart(4, '0')
  return {
    insuredId: idOf(serial + 1),
    personNumber: `${pool}0000${number}`,
    name: `${SURNAMES[serial % SURNAMES.length]}${GIVEN[male ? 'male' : 'female'][(serial >> 1) % 7]}`,
    sex: male ? '1' : '2',
    birthDate: birthDate.toString(),
    identityNumber: artificialIdentity(pool, birthDate, (serial * 2 + (male ? 1 : 0)) % 1000),
    cardNumber: `D${pool.slice(0, 4)}${number}`,
    label: `${pool} ${sort.label}`,
    account: balance ? { pool, current: BigInt(balance[0] * 100), history: BigInt(balance[1] * 100) } : null,
    enrolments: enrolmentsOf({ pool, sort, ...(sort === ACTIVE && employer && { employer }) }, serial + 1),
  }
}

/** Fixed ids in the form of UUIDv7, so that a second load finds what the first one wrote. */
export const idOf = (number: number): string => `01890000-0000-7000-8000-${String(number).padStart(12, '0')}`

function enrolmentsOf({ pool, employer, sort }: Omit<Place, 'index'>, number: number): SeedEnrolment[] {
  const { insuranceType, personType, identity, retiredOn, suspended, civilServant = false } = sort
  const beginOn = insuranceType === '310' ? '2015-01-01' : '2025-10-01'
  const now: SeedEnrolment = {
    enrolmentId: idOf(1000 + number),
    pool,
    insuranceType,
    personType,
    civilServant,
    beginOn: retiredOn ?? beginOn,
    identities: identity === undefined ? [] : [{ type: identity, beginOn }],
    status: suspended ? '2' : '1',
    ...(employer !== undefined && { employer }),
  }
  if (retiredOn === undefined) return [now]
  const endOn = Temporal.PlainDate.from(retiredOn).subtract({ days: 1 }).toString()
  return [{ ...now, enrolmentId: idOf(2000 + number), personType: '1101', beginOn, endOn }, now]
}
