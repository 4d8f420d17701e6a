import { NotAllowed, type Text } from '@yibao/schema/rejection'
import type { ClaimPaper } from './claim.ts'
import type { Condition } from './claim-condition.ts'
import type { ClaimFinding } from './claim-precheck.ts'
import { settlementNumber } from './settlement-id.ts'

/** What is claimed is not paid by the rules of the pool: each condition that is not met, at its field. */
export function conditionsNotMet(unmet: readonly Condition[]): NotAllowed {
  const [first] = unmet
  const named = first?.text ?? { zh: '', en: '' }
  return NotAllowed.of({
    code: 'CONDITIONS_NOT_MET',
    text: { zh: `不符合报销条件：${named.zh}`, en: `the claim does not meet a condition: ${named.en}` },
    problems: unmet.map(({ path, code, text }) => ({ path, code, message: text })),
    details: { conditions: unmet.map(({ code }) => code) },
  })
}

/** Papers that are missing, each by its kind. */
export function papersMissing(missing: readonly ClaimPaper[]): NotAllowed {
  return NotAllowed.of({
    code: 'PAPERS_MISSING',
    text: { zh: `缺少 ${missing.length} 项材料`, en: `${missing.length} paper(s) are missing` },
    problems: missing.map((kind) => ({
      path: 'papers',
      code: kind,
      message: { zh: `缺少材料 ${kind}`, en: `${kind} is missing` },
    })),
    details: { papers: [...missing] },
  })
}

/** The same invoice is never paid twice. Whose it is learns only the same person. */
export function invoiceTaken(path: string, by: 'CLAIM' | 'SETTLEMENT' | 'CONVERTED', claim: string | null): NotAllowed {
  const { code, zh, en } = TAKEN[by]
  const named = claim === null ? { zh, en } : { zh: `${zh}：${claim}`, en: `${en}: ${claim}` }
  return NotAllowed.at(path, code, named, claim === null ? {} : { claim })
}

const TAKEN = {
  CLAIM: { code: 'INVOICE_CLAIMED', zh: '该票据已用于另一报销申请', en: 'the invoice belongs to another claim' },
  SETTLEMENT: { code: 'INVOICE_SETTLED', zh: '该票据的费用已结算', en: 'the invoice was settled already' },
  CONVERTED: {
    code: 'INVOICE_CONVERTED',
    zh: '该票据已由医院转为医保结算',
    en: 'the hospital has made the paid bill an insured one',
  },
} as const

/** Care on these days was settled where it was given. */
export const settledDirectly = (settlementId: string | null): NotAllowed =>
  NotAllowed.at('begin', 'SETTLED_DIRECTLY', SETTLED, settlementId === null ? {} : { settlement: settlementId })
const SETTLED: Text = {
  zh: '该就诊的费用已直接结算，不能再报销；如为另一次就诊，请填写就诊编号',
  en: 'this care was settled directly; if it is another visit, give its number',
}

/** Code of a direct settlement on the day of a claim that may be of another visit. */
export const SETTLED_BESIDE = 'SETTLED_BESIDE'

/** On the same day something was settled directly, at the same place or so that it looks alike: a reviewer says in the decision that it is another visit. */
export function settledBeside({ settlementId, isAlike }: { readonly settlementId: string; readonly isAlike: boolean }) {
  const number = settlementNumber(settlementId)
  const text = isAlike
    ? {
        zh: `同日另有金额或机构名称相同的直接结算 ${number}；如为另一次就诊，请在审核意见中说明`,
        en: `care of the same day was settled directly (${number}) for the same total or at an institution of the same name; if it is another visit, the decision says so in words`,
      }
    : {
        zh: `同日在同一机构另有直接结算 ${number}；如为另一次就诊，请在审核意见中说明`,
        en: `care of the same day was settled directly (${number}) at the same institution; if it is another visit, the decision says so in words`,
      }
  return NotAllowed.at('visit', SETTLED_BESIDE, text, { settlement: settlementId })
}

/** The same of a claim that was settled before that was known: it stands in the history of the claim, and says why batches leave it out. */
export const settledAfter = (settlementId: string): Text => {
  const number = settlementNumber(settlementId)
  return {
    zh: `本申请办结后，发现医疗机构另有可能为同一次就诊的直接结算 ${number}，由经办机构核对；尚未拨付的，核对后指明本申请拨付`,
    en: `after the claim was settled it came out that care which may be the same was settled directly (${number}): the agency finds out, and what is not paid yet is paid once it is named for that`,
  }
}

/** The same of what is no other care for certain: naming the claim does not pay it. */
export const settledTwice = (settlementId: string): Text => {
  const number = settlementNumber(settlementId)
  return {
    zh: `本申请办结后，发现同一次就诊已由医疗机构直接结算 ${number}；尚未拨付的，须撤销原处理、重新审核，或由医疗机构撤销直接结算`,
    en: `after the claim was settled it came out that the same care was settled directly (${number}): what is not paid yet is paid once the claim was decided anew, or the institution has taken its settlement back`,
  }
}

/** The bill of the visit is with another claim, or on its way to be settled. Which claim it is learns only the same person. */
export const visitTaken = (claim: string | null): NotAllowed =>
  claim === null
    ? NotAllowed.at('visit', 'VISIT_TAKEN', {
        zh: '该就诊的费用已在另一申请或结算中',
        en: 'the bill of this visit is in another claim or being settled',
      })
    : NotAllowed.at(
        'visit',
        'VISIT_TAKEN',
        {
          zh: `该就诊的此收费批次已在申请 ${claim} 中，未写批次号即为整次就诊；如为另一批次，两份申请均须写明批次号`,
          en: `this charge batch of the visit is in claim ${claim}, and a claim without a batch is of the whole visit; if it is another batch, both claims give its number`,
        },
        { claim },
      )

/** A stay is claimed once, with all its invoices. */
export const stayClaimed = (claim: string): NotAllowed =>
  NotAllowed.at(
    'visit',
    'STAY_CLAIMED',
    {
      zh: `该次住院已在申请 ${claim} 中，一次住院的费用一并申请：办结前可撤回该申请，将全部票据写入一份；已办结的，请在申诉期内申诉`,
      en: `the stay is in claim ${claim}, and a stay is claimed once with all its invoices: withdraw that one while it is not decided and write them into one, or appeal against what was decided`,
    },
    { claim },
  )

/** Code of another claim of the person that may be of the same care. */
export const CLAIMED_BESIDE = 'CLAIMED_BESIDE'

/** Such a claim was settled: a reviewer says in the decision that this is other care. */
export const paidBeside = (claim: string): NotAllowed =>
  NotAllowed.at(
    'visit',
    CLAIMED_BESIDE,
    {
      zh: `同日在同一机构或金额相同的另一报销申请 ${claim} 已办结；如为另一次就诊，请在审核意见中说明`,
      en: `claim ${claim}, of the same days at the same place or of the same total, was settled; if this is other care, the decision says so in words`,
    },
    { claim },
  )

/** The same of a claim that was settled before that was known, as another record of the person had the other one. */
export const claimedAfter = (claim: string, isSame: boolean): Text =>
  isSame
    ? {
        zh: `本申请办结后，发现同一次就诊已由报销申请 ${claim} 办结；尚未拨付的，须撤销原处理、重新审核`,
        en: `after the claim was settled it came out that claim ${claim}, of the same care, was settled too: what is not paid yet is paid once one of the two was decided anew`,
      }
    : {
        zh: `本申请办结后，发现另有可能为同一次就诊的报销申请 ${claim} 也已办结，由经办机构核对；尚未拨付的，核对后指明本申请拨付`,
        en: `after the claim was settled it came out that claim ${claim}, which may be of the same care, was settled too: the agency finds out, and what is not paid yet is paid once it is named for that`,
      }

/** Another claim of the person that may be of the same care, as a reviewer sees it. */
export const claimedBeside = (claim: string): ClaimFinding => ({
  rule: CLAIMED_BESIDE,
  name: { zh: '同日另有报销申请', en: 'claimed beside on the same day' },
  action: 'WARN',
  lines: [],
  text: {
    zh: `同日在同一机构或金额相同的另一报销申请 ${claim}；请核对是否为同一次就诊`,
    en: `claim ${claim} is of the same days, at the same place or of the same total: find out whether it is the same care`,
  },
})

/** A person has this many drafts at most. */
export const tooManyDrafts = (max: number): NotAllowed =>
  NotAllowed.at('input', 'TOO_MANY_DRAFTS', {
    zh: `最多保留 ${max} 份草稿，请先提交或撤回`,
    en: `at most ${max} drafts are kept; submit or withdraw one first`,
  })
