import type { Text } from '@yibao/schema/rejection'

/**
 * Names of the national fund payment types (`fund_pay_type`). Platforms refine a type by its last three digits
 * (`310201`), so a code that is not listed is named by the type it refines.
 */
const NAMES: Readonly<Record<string, Text>> = {
  '310100': { zh: '城镇职工基本医疗保险统筹基金', en: 'Employees’ basic pooling fund' },
  '310103': { zh: '职工生育保险基金', en: 'Employees’ maternity fund' },
  '310200': { zh: '城镇职工基本医疗保险个人账户基金', en: 'Employees’ personal account' },
  '310201': { zh: '家庭共济（亲属个人账户）', en: 'Family mutual aid (relatives’ personal accounts)' },
  '320100': { zh: '公务员医疗补助基金', en: 'Civil-servant subsidy' },
  '330100': { zh: '大额医疗费用补助基金', en: 'Large-amount fund' },
  '340100': { zh: '离休人员医疗保障基金', en: 'Fund of veteran cadres' },
  '350100': { zh: '一至六级残疾军人医疗补助基金', en: 'Fund of disabled servicemen' },
  '370100': { zh: '企业补充医疗保险基金', en: 'Enterprise supplementary insurance' },
  '390100': { zh: '城乡居民基本医疗保险基金', en: 'Residents’ basic fund' },
  '390200': { zh: '城乡居民大病医疗保险基金', en: 'Residents’ serious-illness insurance' },
  '510100': { zh: '生育保险基金', en: 'Maternity insurance fund' },
  '610100': { zh: '医疗救助基金', en: 'Medical assistance' },
  '610102': { zh: '医疗救助倾斜救助', en: 'Further medical assistance' },
  '620100': { zh: '商业保险', en: 'Commercial insurance' },
  '999996': { zh: '医院垫付', en: 'Borne by the hospital' },
  '999997': { zh: '其他基金', en: 'Other fund' },
}

/** The name of a fund payment type, in both languages. */
export function fundPayTypeName(code: string): Text {
  const base = `${code.slice(0, 4)}00`
  return NAMES[code] ?? NAMES[base] ?? { zh: `基金 ${code}`, en: `Fund ${code}` }
}
