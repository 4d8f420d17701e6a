import type { Situation } from './checks-facts.ts'

const METFORMIN = 'XA10BAA001A001010101497'
const AMLODIPINE = 'XC08CAA001A001010101329'
const NIFEDIPINE = 'XC08CAA002A010010101336'
const AMOXICILLIN = 'XJ01CAA001E001010101000'
const BIRTH = '003314000020000'
const DIALYSIS = '003108000010000'
const HBA1C = '002503020030000'
const BED = '001109000010000'
const ROUND = '001102000050000'
const [NURSING_1, NURSING_2] = ['001201000030000', '001201000040000']
const ECG = '003107010010000'

const stay = (begin: string, end: string | undefined, more = {}) => ({
  careType: '21',
  begin,
  ...(end !== undefined && { end }),
  ...more,
})
const of = (code: string, more: Partial<Situation> = {}): Situation => ({ lines: [{ code }], ...more })
const drug = (code: string, days: number, more: Partial<Situation> = {}): Situation => ({
  lines: [{ code, days }],
  ...more,
})
const fiveDays = { careType: '21', begin: '2026-03-02', end: '2026-03-07' }
const six = [
  AMOXICILLIN,
  METFORMIN,
  AMLODIPINE,
  'XA03FAA001A001010101693',
  'XN02BEA001A001010101903',
  'XR06AXA001A001010101833',
]

/** For each rule a bill in which it finds something and one, as near as can be, in which it does not. */
export const CASES: Readonly<Record<string, { readonly fires: Situation; readonly silent: Situation }>> = {
  'limited-sex-women': { fires: of('ZC02AA0156A001010202165'), silent: of('ZC02AA0156A001010202165', { sex: '2' }) },
  'limited-sex-men': { fires: of('XG04CBA001A001010102379', { sex: '2' }), silent: of('XG04CBA001A001010102379') },
  'limited-age-paediatric': {
    fires: of('ZA07BC0158W001010202171', { age: 18 }),
    silent: of('ZA07BC0158W001010202171', { age: 17 }),
  },
  'limited-level-injections': {
    fires: of('ZA05AE0130B002010202087', { level: 'COMMUNITY' }),
    silent: of('ZA05AE0130B002010202087', { level: 'LEVEL_2' }),
  },
  'limited-diagnosis-danhong': {
    fires: of('ZA05CB0127B002010202078'),
    silent: of('ZA05CB0127B002010202078', { diagnoses: ['J06.900', 'I63.900'] }),
  },
  'limited-diagnosis-stroke': {
    fires: of('ZA05CC0128B001010202081', { diagnoses: ['I10.x00'] }),
    silent: of('ZA05CC0128B001010202081', { diagnoses: ['I63.900'] }),
  },
  'limited-diagnosis-lung-cancer': {
    fires: of('XL01EBA001A001010102260', { diagnoses: ['C50.900'] }),
    silent: of('XL01EBA001A001010102260', { diagnoses: ['C34.900'] }),
  },
  'limited-diagnosis-trastuzumab': {
    fires: of('XL01FDA001B002010102225', { diagnoses: ['C34.900'] }),
    silent: of('XL01FDA001B002010102225', { diagnoses: ['Z51.100', 'C50.900'] }),
  },
  'limited-insurance-delivery': {
    fires: of(BIRTH, { sex: '2', careType: '52', insuranceType: '340' }),
    silent: of(BIRTH, { sex: '2', careType: '52', insuranceType: '390' }),
  },
  'limited-care-inpatient': { fires: of(BED), silent: of(BED, fiveDays) },
  'maternity-in-ordinary-bill': {
    fires: of(BIRTH, { sex: '2', careType: '21' }),
    silent: of(BIRTH, { sex: '2', careType: '52' }),
  },
  'approval-high-value': {
    fires: of('C1401080260027601026'),
    silent: { lines: [{ code: 'C1401080260027601026', approval: 'APPROVED' }] },
  },
  'repeated-charge': {
    fires: { lines: [{ code: ECG }, { code: ECG }] },
    silent: {
      lines: [{ code: ECG }, { code: ECG, time: '2026-03-02T08:30' }, { code: AMOXICILLIN }, { code: AMOXICILLIN }],
    },
  },
  'price-over-ceiling': {
    fires: { lines: [{ code: ECG, price: '20.01', ceiling: '20' }] },
    silent: { lines: [{ code: ECG, price: '20', ceiling: '20' }] },
  },
  'bed-days': {
    fires: {
      ...fiveDays,
      lines: [
        { code: BED, quantity: '5' },
        { code: '001109000040000', quantity: '2' },
      ],
    },
    silent: {
      ...fiveDays,
      lines: [
        { code: BED, quantity: '4' },
        { code: '001109000040000', quantity: '2' },
      ],
    },
  },
  'ward-round-days': {
    fires: { ...fiveDays, lines: [{ code: ROUND, quantity: '7' }] },
    silent: { ...fiveDays, lines: [{ code: ROUND, quantity: '6' }] },
  },
  'nursing-days': {
    fires: {
      ...fiveDays,
      lines: [
        { code: NURSING_1, quantity: '4' },
        { code: NURSING_2, quantity: '3' },
      ],
    },
    silent: {
      ...fiveDays,
      lines: [
        { code: NURSING_1, quantity: '3' },
        { code: NURSING_2, quantity: '3' },
      ],
    },
  },
  'primary-care-fee-parts': {
    fires: { lines: [{ code: '001102000090000' }, { code: '001204000060000' }] },
    silent: { lines: [{ code: '001204000060000' }, { code: '001102000010000' }] },
  },
  'icu-beside-graded-nursing': {
    fires: { ...fiveDays, lines: [{ code: '001201000010000' }, { code: NURSING_1 }] },
    silent: { ...fiveDays, lines: [{ code: '001201000010000' }, { code: NURSING_1, time: '2026-03-03T08:00' }] },
  },
  'dialysis-frequency': {
    fires: of(DIALYSIS, {
      past: Array.from({ length: 14 }, (_, i) => ({ code: DIALYSIS, time: `2026-02-${10 + i}` })),
    }),
    silent: of(DIALYSIS, {
      past: Array.from({ length: 14 }, (_, i) => ({ code: DIALYSIS, time: `2026-01-${10 + i}` })),
    }),
  },
  'dialysis-per-day': {
    fires: of(DIALYSIS, { past: [{ code: DIALYSIS, time: '2026-03-02T06:00' }] }),
    silent: of(DIALYSIS, { past: [{ code: DIALYSIS, time: '2026-03-01T22:00' }] }),
  },
  'hba1c-frequency': {
    fires: of(HBA1C, { past: [{ code: HBA1C, time: '2026-02-10' }] }),
    silent: of(HBA1C, { past: [{ code: HBA1C, time: '2026-01-20' }] }),
  },
  'drugs-per-prescription': {
    fires: { lines: six.map((code) => ({ code, prescription: 'RX1' })) },
    silent: { lines: six.map((code, i) => ({ code, prescription: `RX${i % 2}` })) },
  },
  'e-prescription-backdated': {
    fires: { careType: '41', lines: [{ code: AMOXICILLIN, ePrescription: 'E1' }], now: '2026-03-03T08:01' },
    silent: { careType: '41', lines: [{ code: AMOXICILLIN, ePrescription: 'E1' }], now: '2026-03-03T08:00' },
  },
  'prescription-age': {
    fires: { lines: [{ code: AMOXICILLIN, prescription: 'RX1' }], now: '2026-03-05T08:01' },
    silent: { lines: [{ code: AMOXICILLIN, prescription: 'RX1' }], now: '2026-03-05T08:00' },
  },
  'outpatient-during-stay': {
    fires: of(ECG, { visits: [stay('2026-03-01', '2026-03-07')] }),
    silent: of(ECG, { visits: [stay('2026-03-02T11:00', '2026-03-07')] }),
  },
  'stay-around-outpatient': {
    fires: of(ECG, { ...fiveDays, visits: [{ careType: '11', begin: '2026-03-03T08:00', end: '2026-03-03T09:00' }] }),
    silent: of(ECG, { ...fiveDays, visits: [{ careType: '11', begin: '2026-03-07T08:00', end: '2026-03-07T08:30' }] }),
  },
  'overlapping-stays': {
    fires: of(ECG, { ...fiveDays, visits: [stay('2026-03-06', undefined, { institution: 'H62990000002' })] }),
    silent: of(ECG, { ...fiveDays, visits: [stay('2026-03-07', undefined, { institution: 'H62990000002' })] }),
  },
  'decomposed-admission': {
    fires: of(ECG, { ...fiveDays, visits: [stay('2026-02-10', '2026-02-16', { diagnosis: 'J06.901' })] }),
    silent: of(ECG, { ...fiveDays, visits: [stay('2026-02-10', '2026-02-14', { diagnosis: 'J06.901' })] }),
  },
  'impossible-travel-province': {
    fires: of(ECG, {
      visits: [{ careType: '11', begin: '2026-03-02T06:00', end: '2026-03-02T06:30', institution: 'H33020000001' }],
    }),
    silent: of(ECG, {
      visits: [{ careType: '11', begin: '2026-03-02T03:00', end: '2026-03-02T04:30', institution: 'H33020000001' }],
    }),
  },
  'impossible-travel-city': {
    fires: of(ECG, {
      visits: [{ careType: '11', begin: '2026-03-02T07:00', end: '2026-03-02T07:30', institution: 'H62010000001' }],
    }),
    silent: of(ECG, {
      visits: [{ careType: '11', begin: '2026-03-02T07:00', end: '2026-03-02T07:30', institution: 'H62990000002' }],
    }),
  },
  'service-after-death': {
    fires: of(ECG, { visits: [stay('2025-11-01', '2025-11-05', { dischargeWay: '5' })] }),
    silent: of(ECG, { visits: [stay('2025-11-01', '2025-11-05', { dischargeWay: '1' })] }),
  },
  'supply-emergency': {
    fires: drug(AMOXICILLIN, 5, { emergency: true, careType: '13' }),
    silent: drug(AMOXICILLIN, 4, { emergency: true, careType: '13' }),
  },
  'supply-ordinary': { fires: drug(AMOXICILLIN, 9), silent: drug(AMOXICILLIN, 8) },
  'supply-chronic': {
    fires: drug(METFORMIN, 32, { careType: '14' }),
    silent: drug(METFORMIN, 31, { careType: '14' }),
  },
  'supply-longest': {
    fires: drug(METFORMIN, 91, { careType: '14' }),
    silent: drug(METFORMIN, 90, { careType: '14' }),
  },
  'supply-psychotropic': {
    fires: drug('XN05CDA001A001010102036', 8, { careType: '14' }),
    silent: drug('XN05CDA001A001010102036', 7, { careType: '14' }),
  },
  'supply-narcotic': {
    fires: drug('XN02AAA002A010010101931', 16, { careType: '14' }),
    silent: drug('XN02AAA002A010010101931', 15, { careType: '14' }),
  },
  'repeated-supply-chronic': {
    fires: drug(AMLODIPINE, 28, { careType: '14', past: [{ code: NIFEDIPINE, time: '2026-02-20', days: 28 }] }),
    silent: drug(AMLODIPINE, 28, { careType: '14', past: [{ code: NIFEDIPINE, time: '2026-02-08', days: 28 }] }),
  },
  'same-kind-on-prescription': {
    fires: { lines: [AMLODIPINE, NIFEDIPINE].map((code) => ({ code, prescription: 'RX1' })) },
    silent: { lines: [AMLODIPINE, METFORMIN].map((code) => ({ code, prescription: 'RX1' })) },
  },
  'semaglutide-quantity': {
    fires: of('XA10BJA002B002010101588', {
      past: [{ code: 'XA10BJA002B002010101588', quantity: '2', time: '2026-02-10' }],
    }),
    silent: of('XA10BJA002B002010101588', {
      past: [{ code: 'XA10BJA002B002010101588', quantity: '1', time: '2026-02-10' }],
    }),
  },
  'cough-syrup-per-bill': {
    fires: {
      lines: [
        { code: 'ZA04CB0112X002010202033', quantity: '3' },
        { code: 'ZA04CC0113X002010202036', quantity: '3' },
      ],
    },
    silent: {
      lines: [
        { code: 'ZA04CB0112X002010202033', quantity: '3' },
        { code: 'ZA04CC0113X002010202036', quantity: '2' },
      ],
    },
  },
  'quinolones-under-age': {
    fires: of('XJ01MAA001A001010101084', { age: 17 }),
    silent: of('XJ01MAA001A001010101084', { age: 18 }),
  },
  'herbs-incompatible': {
    fires: { lines: ['T000100033', 'T000100058'].map((code) => ({ code, prescription: 'RX1' })) },
    silent: { lines: ['T000100033', 'T000100033', 'T000100059'].map((code) => ({ code, prescription: 'RX1' })) },
  },
  'bj-outpatient-during-stay': {
    fires: of(ECG, { pool: '110000', visits: [stay('2026-03-01', undefined)] }),
    silent: of(ECG, { pool: '620200', visits: [stay('2026-03-01', undefined)] }),
  },
  'bj-key-supervision': {
    fires: of(ECG, { pool: '110000', identities: ['9901'] }),
    silent: of(ECG, { pool: '110000', identities: ['2303'] }),
  },
  'bj-diagnosis-count': {
    fires: of(ECG, { pool: '110000', diagnoses: Array.from({ length: 11 }, (_, i) => `J0${i}.000`) }),
    silent: of(ECG, { pool: '110000', diagnoses: Array.from({ length: 10 }, (_, i) => `J0${i}.000`) }),
  },
  'bj-maternity-in-ordinary-bill': {
    fires: of(BIRTH, { pool: '110000', sex: '2' }),
    silent: of(BIRTH, { pool: '110000', sex: '2', careType: '53' }),
  },
  'bj-prescription-age': {
    fires: { pool: '110000', lines: [{ code: AMOXICILLIN, prescription: 'RX1' }], now: '2026-03-04T08:01' },
    silent: { pool: '110000', lines: [{ code: AMOXICILLIN, prescription: 'RX1' }], now: '2026-03-04T07:59' },
  },
  'hrb-take-home-kinds': {
    fires: { ...fiveDays, pool: '230100', lines: six.slice(0, 5).map((code) => ({ code, takeHome: true })) },
    silent: { ...fiveDays, pool: '230100', lines: six.map((code, i) => ({ code, takeHome: i < 4 })) },
  },
  'hrb-readmission': {
    fires: of(ECG, { ...fiveDays, pool: '230100', visits: [stay('2026-02-10', '2026-02-16', { diagnosis: 'J06.9' })] }),
    silent: of(ECG, {
      ...fiveDays,
      pool: '230100',
      visits: [stay('2026-02-10', '2026-02-16', { diagnosis: 'J18.9' })],
    }),
  },
}
