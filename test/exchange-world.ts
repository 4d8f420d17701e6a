import { randomUUIDv7 } from 'node:crypto'
import { billOf, type SettleWorld, type WorldPerson } from './settle-world.ts'

const MINUTES = 10
export const PLACE = { name: '四川某医院', kind: 'HOSPITAL', level: 'LEVEL_3', pool: '510100' }

/** What the catalogue of the place says of a line of class A of 200 yuan. */
export const LINE = {
  name: '甲类药',
  listType: '101',
  chargeType: '09',
  class: 'A',
  entryClass: 'A',
  selfPayRatio: '0.0000',
  ceiling: null,
  overCeiling: 'EXCESS',
  restricted: false,
  essential: false,
  negotiated: false,
  paediatric: false,
  special: false,
  selfPaid: '0.00',
  overCeilingAmount: '0.00',
  firstSelfPayment: '0.00',
  inScope: '200.00',
}

/** Bills of persons insured here as the platform of Sichuan says them: 200 yuan, of which funds pay 70 and the account 130. */
export function exchangeOf({ internal }: Pick<SettleWorld, 'internal'>) {
  const say = (type: string, message: object, province = '51') => internal(`exchange.${type}`, { province, message })
  async function reserved(person: WorldPerson): Promise<string> {
    const { credential, operator, ...rest } = billOf(person, { emergency: true })
    const exchange = randomUUIDv7()
    const bill = {
      ...rest,
      institution: 'H51010000001',
      credential: { ...credential, kind: '02' },
      operator: { ...operator, terminal: '1' },
      confirmWithin: MINUTES,
    }
    await say('reserve', { exchange, bill, place: PLACE, lines: [LINE] })
    return exchange
  }
  return {
    say,
    reserved,
    /** A bill that was committed; the id of its exchange. */
    async committed(person: WorldPerson): Promise<string> {
      const exchange = await reserved(person)
      const answer = (await say('commit', { exchange })) as { readonly state: string }
      if (answer.state !== 'COMMITTED') throw new Error(JSON.stringify(answer))
      return exchange
    },
  }
}

export type ExchangeWorld = ReturnType<typeof exchangeOf>
