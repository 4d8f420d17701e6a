import { dayOf } from '@yibao/schema/dates'
import { uuidFault } from '@yibao/schema/ids'
import { InvalidInput, NotAllowed, NotFound, Rejection, type Text } from '@yibao/schema/rejection'
import { hasCheckDigit, type CardRules } from './claim-account.ts'
import { WORKING_DAYS, type Calendar, type Deadline } from './claim-clock.ts'
import { Fields, isGiven, type Maybe } from './fields.ts'

export const QUESTION_STATES = ['OPEN', 'ANSWERED', 'FOLLOWED_UP', 'CLOSED'] as const
export type QuestionState = (typeof QUESTION_STATES)[number]

/** What may be asked about. */
export const QUESTION_ABOUT = ['SETTLEMENT', 'CLAIM', 'CONTRIBUTION', 'CERTIFICATE'] as const
export type QuestionAbout = (typeof QUESTION_ABOUT)[number]

/** A question of a person or an employer (咨询), with the clock of its state. */
export interface Question {
  readonly id: string
  readonly number: string
  readonly pool: string
  readonly asker: 'PERSON' | 'EMPLOYER'
  readonly employer: string | null
  /** The record what is asked about belongs to. */
  readonly insuredId: string
  readonly about: QuestionAbout
  /** The settlement, claim, contribution bill or certificate. */
  readonly aboutId: string
  readonly line: string | null
  readonly state: QuestionState
  readonly version: number
  readonly askedBy: string
  readonly askedAt: Temporal.Instant
  readonly changedAt: Temporal.Instant
  readonly answeredAt: Temporal.Instant | null
  readonly closedAt: Temporal.Instant | null
  readonly assignee: string | null
  readonly clockFrom: Temporal.Instant
  readonly clockDays: number
  /** Last day of the agency; null while no answer is awaited. */
  readonly dueOn: Temporal.PlainDate | null
  /** Last day to go on asking; null unless it is answered. */
  readonly followUpUntil: Temporal.PlainDate | null
  readonly provisional: boolean
  readonly alarmedAt: Temporal.Instant | null
  readonly breachedAt: Temporal.Instant | null
}

/** What was said or done about a question. */
export interface QuestionMessage {
  readonly questionId: string
  readonly seq: number
  readonly kind: 'ASKED' | 'ANSWERED' | 'FOLLOWED_UP' | 'ASSIGNED' | 'OVERDUE' | 'CLOSED'
  readonly at: Temporal.Instant
  readonly by: string
  readonly words: string | null
  readonly assignee: string | null
}

/** Whether an answer is awaited. */
export const isAwaited = ({ state }: Pick<Question, 'state'>): boolean => state === 'OPEN' || state === 'FOLLOWED_UP'

/** What is asked about, as a client names it: one of these, a line only of a settlement. */
export interface SubjectInput {
  readonly settlementId?: Maybe<string>
  readonly line?: Maybe<string>
  readonly claimId?: Maybe<string>
  readonly contributionId?: Maybe<string>
  readonly certificateId?: Maybe<string>
}

export interface Subject {
  readonly about: QuestionAbout
  readonly id: string
  readonly line: string | null
  /** The field it was named by, for refusals. */
  readonly path: string
}

const NAMED_BY = {
  SETTLEMENT: 'settlementId',
  CLAIM: 'claimId',
  CONTRIBUTION: 'contributionId',
  CERTIFICATE: 'certificateId',
} as const satisfies Record<QuestionAbout, keyof SubjectInput>

const ONE_SUBJECT: Text = {
  zh: '须且只能指明一项：settlementId、claimId、contributionId 或 certificateId',
  en: 'names one of settlementId, claimId, contributionId and certificateId',
}
const LINE_OF_SETTLEMENT: Text = { zh: '仅咨询结算单时填写', en: 'is for a question about a settlement only' }

/** Reads what a question is about. @throws InvalidInput; NotFound for an id that can be none */
export function readSubject(input: SubjectInput): Subject {
  const fields = new Fields().within('about')
  const named = QUESTION_ABOUT.filter((about) => isGiven(input[NAMED_BY[about]]))
  const [about] = named
  if (about === undefined || named.length > 1) {
    throw InvalidInput.of([{ path: 'about', code: 'ONE_SUBJECT', message: ONE_SUBJECT }])
  }
  const line = fields.optional('line', input.line, { max: 50 })
  if (line !== null && about !== 'SETTLEMENT') fields.fault('line', 'NOT_APPLICABLE', LINE_OF_SETTLEMENT)
  fields.check()
  const path = `about.${NAMED_BY[about]}`
  const id = input[NAMED_BY[about]] ?? ''
  if (uuidFault(id) !== null) throw subjectNotFound(path)
  return { about, id: id.toLowerCase(), line, path }
}

/** How long what is asked or answered may be. */
const WORDS = { max: 1000 } as const

const ACCOUNT_IN_TEXT: Text = {
  zh: '不得包含银行卡号或账号',
  en: 'must not hold the number of a bank card or account',
}

/** Reads what is asked or answered, in which neither identity numbers nor bank accounts have a place. @throws InvalidInput */
export function readQuestionWords(path: string, words: Maybe<string>, { cards }: Pick<CardRules, 'cards'>): string {
  const fields = new Fields()
  const read = fields.words(path, words, WORDS)
  if (read !== null && Array.from(read).length < 2)
    fields.fault(path, 'TOO_SHORT', { zh: '至少 2 个字', en: 'must have at least 2 characters' })
  if (read !== null && holdsAccount(read, cards)) fields.fault(path, 'ACCOUNT_IN_TEXT', ACCOUNT_IN_TEXT)
  fields.check()
  return read ?? ''
}

/** Numbers of accounts have no form of their own; they are told by the word before them. */
const NAMED_ACCOUNT = /(?:[账帐][号户]|卡号|存折|account)[^0-9]{0,8}[0-9]{8,32}/iu

/** Whether a text holds the number of a bank card, or one that is called that of an account; also in full width or groups. */
function holdsAccount(text: string, { prefixes, digits }: CardRules['cards']): boolean {
  const plain = text.normalize('NFKC').replaceAll(/(?<=[0-9])[\s.·_-]+(?=[0-9])/gu, '')
  if (NAMED_ACCOUNT.test(plain)) return true
  const runs = plain.match(/[0-9]+/g) ?? []
  return runs.some(
    (run) =>
      run.length >= digits.least &&
      run.length <= digits.most &&
      prefixes.some((one) => run.startsWith(one)) &&
      hasCheckDigit(run),
  )
}

/** The clock of a state that begins. The day it begins on is not counted. */
export function clockOf(
  state: Exclude<QuestionState, 'CLOSED'>,
  { at, days }: { readonly at: Temporal.Instant; readonly days: number },
  calendar: Calendar = WORKING_DAYS,
): Pick<Question, 'clockFrom' | 'clockDays' | 'dueOn' | 'followUpUntil' | 'provisional' | 'alarmedAt' | 'breachedAt'> {
  const { day, provisional } = calendar.add(dayOf(at), days)
  const last = isAwaited({ state }) ? { dueOn: day, followUpUntil: null } : { dueOn: null, followUpUntil: day }
  return { clockFrom: at, clockDays: days, ...last, provisional, alarmedAt: null, breachedAt: null }
}

/** The last day of a question counted by a calendar that knows more years; what the asker was told never comes earlier. */
export function recountQuestion(
  one: Question,
  calendar: Calendar = WORKING_DAYS,
): Pick<Question, 'dueOn' | 'followUpUntil' | 'provisional'> {
  const { day, provisional } = calendar.add(dayOf(one.clockFrom), one.clockDays)
  const { dueOn, followUpUntil: told } = one
  const later = told !== null && Temporal.PlainDate.compare(told, day) > 0 ? told : day
  return { dueOn: dueOn === null ? null : day, followUpUntil: told === null ? null : later, provisional }
}

/** What the urgency of an answer is judged by; null when none is awaited. */
export const deadlineOf = ({ dueOn, alarmedAt, breachedAt }: Question): Deadline | null =>
  dueOn === null ? null : { dueOn, pausedAt: null, stoppedAt: null, alarmedAt, breachedAt }

/** A question was changed by somebody else meanwhile. */
export class QuestionChanged extends Rejection {
  static of({ id }: Pick<Question, 'id'>): QuestionChanged {
    const text = {
      zh: '该咨询已有更新，请按最新内容办理',
      en: 'the question was changed meanwhile; go on from what it is now',
    }
    const problems = [{ path: 'version', code: 'QUESTION_CHANGED', message: text }]
    return new QuestionChanged({ code: 'QUESTION_CHANGED', text, problems, details: { questionId: id } })
  }

  /** The question, as it is now for whoever asks. */
  get questionId(): string {
    return String(this.details['questionId'])
  }
}
Rejection.register('QuestionChanged', QuestionChanged)

/** Nobody learns of a question they may not see. */
export const questionNotFound = (path: string): NotFound => NotFound.of({ zh: '该咨询', en: 'the question' }, path)

/** Nobody learns of what they may not see by asking about it. */
export const subjectNotFound = (path: string): NotFound =>
  NotFound.of({ zh: '所咨询的事项', en: 'what is asked about' }, path)

/** @throws NotAllowed unless the question is in one of these states. */
export function requireQuestionState({ state }: Question, states: readonly QuestionState[]): void {
  if (states.includes(state)) return
  throw NotAllowed.at(
    'questionId',
    'QUESTION_STATE',
    { zh: `咨询当前状态为 ${state}，不能进行此操作`, en: `the question is ${state}, which does not allow this` },
    { state },
  )
}

/** Whose question it is after a step of this member of the staff. @throws NotAllowed when somebody else has it */
export function answeredBy({ assignee }: Question, by: string): string {
  if (assignee === null || assignee === by) return by
  throw NotAllowed.at('questionId', 'QUESTION_OF_ANOTHER', {
    zh: '该咨询由他人办理，请先接手',
    en: 'the question is with somebody else; take it over first',
  })
}

export const tooManyQuestions = (most: number): NotAllowed =>
  NotAllowed.at(
    'about',
    'TOO_MANY_QUESTIONS',
    { zh: `待答复的咨询最多 ${most} 件，请等待答复`, en: `at most ${most} questions wait for an answer at a time` },
    { most },
  )
