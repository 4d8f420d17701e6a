import { notify } from '@yibao/drizzle/notify'
import { formatYuan } from '@yibao/schema/money'
import type { Services } from '../context.ts'
import { levelOf, PREFUND_LEVELS, speakerOf } from '../domain/prefund.ts'
import { readPositions, saveLevel, type ProvincePosition } from '../store/prefund.ts'

type Working = Pick<Services, 'db' | 'clock' | 'logger' | 'clearing' | 'provinces'>

/** Looks how much of each prefund is used, and raises an alarm when it comes to be more than it should; settling goes on. */
export async function watchPrefunds(working: Working): Promise<void> {
  for (const position of await readPositions(working.db.hot)) await watch(working, position)
}

async function watch({ db, clock, logger, clearing, provinces }: Working, position: ProvincePosition): Promise<void> {
  const { province, side, amount, used } = position
  const level = levelOf(position, clearing.prefund)
  const since = clock()
  const isRaised = await db.orm.transaction(async (tx) => {
    const before = await saveLevel(tx, { ...position, level, since })
    if (PREFUND_LEVELS.indexOf(level) <= PREFUND_LEVELS.indexOf(before ?? 'GREEN')) return false
    const template = `prefund.${level.toLowerCase()}-${side.toLowerCase()}`
    const data = { province, amount: formatYuan(amount), used: formatYuan(used) }
    const key = `${template}:${province}:${since.toString()}`
    if (provinces !== undefined)
      await notify(tx, 'settlement', {
        to: { kind: 'staff', pool: speakerOf(provinces.province) },
        template,
        data,
        at: since,
        key,
      })
    return true
  })
  if (isRaised)
    logger?.error({ province, side, level, amount: formatYuan(amount), used: formatYuan(used) }, 'a prefund is used up')
}
