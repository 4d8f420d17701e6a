import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InvalidInput, NotFound } from '@yibao/schema/rejection'
import { describe, expect, test } from 'vitest'
import { shippedCardRules } from '../store/claim-account.ts'
import { questionRulesOf } from '../store/question-rules.ts'
import { clockOf, readQuestionWords, readSubject, type SubjectInput } from './question.ts'
import { loadQuestionRules } from './question-rules.ts'

const ID = '01890000-0000-7000-8000-0000000fffff'

const faultOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof InvalidInput || error instanceof NotFound)
      return error.problems.map(({ path, code }) => `${path} ${code}`).join()
    throw error
  }
  return ''
}

describe('what is asked about', () => {
  test.each<[string, SubjectInput, string]>([
    ['nothing', {}, 'about ONE_SUBJECT'],
    ['empty fields', { settlementId: '', claimId: null }, 'about ONE_SUBJECT'],
    ['two things', { settlementId: ID, claimId: ID }, 'about ONE_SUBJECT'],
    ['a line of a claim', { claimId: ID, line: '1' }, 'about.line NOT_APPLICABLE'],
    ['an id that is none', { contributionId: 'x' }, 'about.contributionId NOT_FOUND'],
  ])('is refused where it stands: %s', (_what, input, fault) => {
    expect(faultOf(() => readSubject(input))).toBe(fault)
  })

  test('is one thing, of a settlement also a line', () => {
    expect(readSubject({ settlementId: ID.toUpperCase(), line: '2' })).toEqual({
      about: 'SETTLEMENT',
      id: ID,
      line: '2',
      path: 'about.settlementId',
    })
    expect(readSubject({ certificateId: ID, line: '' })).toMatchObject({ about: 'CERTIFICATE', line: null })
  })
})

const read = (words: string) => readQuestionWords('words', words, shippedCardRules())

describe('words of a question', () => {
  test.each([
    ['', 'words REQUIRED'],
    ['?', 'words TOO_SHORT'],
    ['问'.repeat(1001), 'words TOO_LONG'],
    ['本人 11010519491231002X 的账单', 'words IDENTITY_IN_TEXT'],
    ['请打到 6222 0200 0000 0000 000', 'words ACCOUNT_IN_TEXT'],
    ['卡 ６２２２０２０００００００００００００', 'words ACCOUNT_IN_TEXT'],
    ['账号：0302014170930', 'words ACCOUNT_IN_TEXT'],
    ['我的帐户是 03020-14170-930', 'words ACCOUNT_IN_TEXT'],
  ])('%s is refused: %s', (words, fault) => {
    expect(faultOf(() => read(words))).toBe(fault)
  })

  test.each([
    '为什么第 2 项自费 30.00 元？',
    // A claim, an invoice, and a number of a card whose check digit is wrong.
    '申请 6299002026112200000001 何时办结',
    '票据 62060124 号码 0000000123',
    '订单 6222020000000000001',
    '个人账户为何扣了 120.00 元',
  ])('%s is kept as it is', (words) => {
    expect(read(words)).toBe(words)
  })
})

describe('the clock of a question', () => {
  const at = Temporal.Instant.from('2026-11-22T10:00:00+08:00')

  test('runs to the last day of the agency while an answer is awaited, then to that of the asker', () => {
    const [due, until] = ['2026-12-01', '2026-12-11'].map((day) => Temporal.PlainDate.from(day))
    expect(clockOf('OPEN', { at, days: 7 })).toMatchObject({ dueOn: due, followUpUntil: null, provisional: false })
    expect(clockOf('FOLLOWED_UP', { at, days: 7 })).toMatchObject({ dueOn: due, followUpUntil: null })
    expect(clockOf('ANSWERED', { at, days: 15 })).toMatchObject({ dueOn: null, followUpUntil: until })
  })
})

describe('rules of questions', () => {
  const FOLDER = join(import.meta.dirname, '..', 'questions')
  const files = readdirSync(FOLDER).map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') }))
  const NATIONAL = readFileSync(join(FOLDER, '100000-national.json'), 'utf8')

  test('every value has its source, and what nobody has published says so', () => {
    expect(files.length).toBeGreaterThan(0)
    const rules = questionRulesOf('629900')
    for (const { source } of [rules.answer, rules.alarm, rules.followUp, rules.waiting])
      expect(rules.sourceOf(source).reliability).toBe('ASSUMED')
  })

  test('a pool’s own days are laid over the national ones, a county does as its city', () => {
    const own = {
      pool: '620300',
      name: { zh: '金昌市', en: 'Jinchang' },
      since: '2026-06-01',
      sources: { promise: { document: { zh: '承诺', en: 'promise' }, issued: '2026', reliability: 'B' } },
      answer: { workingDays: 3, source: 'promise' },
    }
    const rulesOf = loadQuestionRules([...files, { name: 'own.json', text: JSON.stringify(own) }])
    expect(rulesOf('620321')).toMatchObject({ answer: { workingDays: 3 }, version: '620300@2026-06-01' })
    expect(rulesOf('620321').followUp).toEqual(questionRulesOf('629900').followUp)
    expect(rulesOf('110100')).toMatchObject({ answer: { workingDays: 7 }, version: '100000@2026-01-01' })
  })

  test('a file that names a source it does not have is refused by name', () => {
    const one = { ...JSON.parse(NATIONAL), alarm: { workingDays: 1, source: 'nowhere' } }
    expect(() => loadQuestionRules([{ name: 'one.json', text: JSON.stringify(one) }])).toThrow(
      'one.json: nowhere is not among the sources',
    )
  })
})
