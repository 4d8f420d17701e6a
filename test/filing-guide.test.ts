import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorld, type Data, type World } from './world.ts'

// What somebody reads before going, without signing in: the rules of the home pool and what its policies pay.

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const GUIDE = `query ($pool: String!, $type: FilingKind!, $destination: String!) {
  filingGuide(pool: $pool, type: $type, destination: $destination) {
    __typename
    ... on FilingGuide {
      kind destination rules papers { evidence name { zh } documentsMin } promise { zh } validity decision certification
      networkedCard homeUse cancellation referralLevels sources { rule article reliability }
      reductions { policy { zh } insuranceTypes model levels { level points firstSelfPayment deductible ratio } article }
      unfiled { model }
    }
    ... on InvalidInput { problems { path code message { zh en } } }
  }
}`
const guide = async (pool: string, type: string, destination: string): Promise<Data> =>
  (await world.gql(null, GUIDE, { pool, type, destination })).data.filingGuide

const employees = ({ reductions }: Data): Data =>
  reductions.find(({ insuranceTypes }: Data) => insuranceTypes.includes('310'))

describe('the guide of a filing is open to anyone', () => {
  test('says papers, validity, card use and where each rule stands', async () => {
    const found = await guide('620200', 'RESIDENT_ELSEWHERE', '310115')
    expect(found).toMatchObject({
      destination: '310000',
      rules: '620200@2023-11-17',
      papers: [
        { evidence: 'RESIDENCE_CERTIFICATE', documentsMin: 1 },
        { evidence: 'PROMISE', documentsMin: 0 },
      ],
      promise: { zh: expect.stringMatching(/承诺/) },
      validity: null,
      decision: 'BY_RULE',
      certification: false,
      homeUse: 'BOTH',
      cancellation: 'NEXT_DAY',
    })
    expect(found.sources).toContainEqual({
      rule: 'longTerm.changeAfter',
      article: '长期备案6个月内不得变更或终止',
      reliability: 'A',
    })
    expect(await guide('440900', 'EMERGENCY', '110000')).toMatchObject({ validity: 'P10D', promise: null })
    expect(await guide('629900', 'RETIRED_ELSEWHERE', '620100')).toMatchObject({
      decision: 'REVIEW',
      certification: true,
      networkedCard: true,
    })
  })

  test('says by how much a pool lowers its ratio, level by level where it has an own table', async () => {
    const away = await guide('629900', 'OTHER_TEMPORARY', '330200')
    expect(employees(away)).toMatchObject({ model: 'POINTS', levels: [{}, {}, { level: 'LEVEL_3', points: '0.2000' }] })
    expect(employees(await guide('629900', 'REFERRAL', '330200'))).toMatchObject({
      model: 'OWN_TABLE',
      levels: [
        { level: 'LEVEL_1', deductible: '200.00', ratio: '0.8800' },
        { level: 'LEVEL_2', deductible: '500.00', ratio: '0.8700' },
        { level: 'LEVEL_3', deductible: '650.00', ratio: '0.8500' },
      ],
    })
    expect(employees(await guide('629900', 'WORKING_ELSEWHERE', '330200'))).toMatchObject({
      model: 'AS_LOCAL',
      levels: [],
    })
    expect(away.unfiled[0]).toEqual({ model: 'POINTS' })
  })

  test('says what is paid first where a pool says so, by the place', async () => {
    const share = async (destination: string) =>
      employees(await guide('330100', 'REFERRAL', destination)).levels[2].firstSelfPayment
    expect([await share('330200'), await share('620100')]).toEqual(['0.1000', '0.2000'])
    expect((await guide('330100', 'REFERRAL', '620100')).unfiled[0]).toEqual({ model: 'NOT_STATED' })
  })

  test('of a pool without policies says the rules alone', async () => {
    expect(await guide('440900', 'REFERRAL', '110000')).toMatchObject({ validity: 'P3M', reductions: [], unfiled: [] })
  })

  test.each([
    ['6202', '310000', ['pool DIVISION_FORM']],
    ['620200', '620000', ['destination DESTINATION_TOO_WIDE']],
    ['620200', '620200', ['destination DESTINATION_IS_HOME']],
    ['999999', 'x', ['pool DIVISION_UNKNOWN', 'destination DIVISION_FORM']],
  ])('names what is wrong with what it is asked for: %s, %s', async (pool, destination, faults) => {
    const { problems } = await guide(pool, 'REFERRAL', destination)
    expect(problems.map(({ path, code }: Data) => `${path} ${code}`)).toEqual(faults)
  })
})
