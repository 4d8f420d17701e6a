/** Money between provinces: the commands let the bureau of the province itself alone, the row rules show it to that one. */
const READS = [
  'exchangeDeductions',
  'exchangeDifferences',
  'exchangeReconciliations',
  'nationalNotices',
  'netItems',
  'netPayments',
  'netStatements',
  'openProvinceMessages',
  'prefund',
  'prefunds',
  'provinceMessage',
  'provinceMessages',
  'provincePositions',
]
const WRITES = [
  'acknowledgeExchangeDifference',
  'answerPrefundRequest',
  'confirmNet',
  'declareNet',
  'denyPrefund',
  'disputeNetLines',
  'importNationalNotice',
  'payNet',
  'payPrefund',
  'receiveNet',
  'receivePrefund',
  'reconcileProvince',
  'requestPrefund',
  'returnPrefund',
  'setProvinceLimit',
  'withdrawNet',
]

export const PROVINCE_TABLE = Object.fromEntries([
  ...READS.map((name) => [`Query.${name}`, ['staff', 'auditor']] as const),
  ...WRITES.map((name) => [`Mutation.${name}`, ['staff']] as const),
]) as Record<string, readonly ('staff' | 'auditor')[]>
