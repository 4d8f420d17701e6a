import type { Services } from '../context.ts'
import { waitAfter, type MoneyAnswer } from '../domain/province-message.ts'
import type { Said } from '../peers/province.ts'
import { listUnanswered, noteAnswered, noteUnanswered, type Unanswered } from '../store/province-message.ts'

type Working = Pick<Services, 'db' | 'clock' | 'logger' | 'provinces'>

const PAGE = 100

/**
 * Says to other provinces what is to be said and was not answered. Each side knows what it was told by an id of its own, so
 * that nothing comes of saying it twice: wherever a process dies, or an answer is lost, it is said again.
 */
export async function sayToProvinces(services: Working): Promise<void> {
  const { provinces } = services
  if (provinces === undefined) return
  for (const one of await listUnanswered(services.db.hot, services.clock(), PAGE)) {
    const { province, type, message } = one
    await note(services, one, await provinces.send({ province, type, message }))
  }
}

async function note({ db, clock, logger }: Working, { id, tries, type, province }: Unanswered, said: Said) {
  const answer = said.kind === 'ANSWERED' ? (said.answer as MoneyAnswer) : null
  const isAnswered = answer?.state === 'TAKEN' || answer?.state === 'REFUSED'
  if (!isAnswered) {
    const trouble = said.kind === 'ANSWERED' ? (answer?.state ?? 'ANSWER_FORM') : said.code
    return noteUnanswered(db.hot, { id, nextAt: clock().add(waitAfter(tries)), trouble })
  }
  const { rejection } = answer
  await noteAnswered(db.hot, { id, at: clock(), rejection })
  if (answer.state === 'REFUSED')
    logger?.error({ id, type, province, code: rejection?.code }, 'another province refused what it was told of money')
}
