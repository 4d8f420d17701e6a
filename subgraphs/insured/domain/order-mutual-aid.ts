import { InvalidInput } from '@yibao/schema/rejection'
import { isCurrent, type MutualAid } from './mutual-aid.ts'

/** The ids of a person's current sponsors' bindings in the wanted order. @throws InvalidInput unless each is named once. */
export function readOrder(wanted: readonly string[], bindings: readonly MutualAid[]): string[] {
  const ids = wanted.map((id) => id.toLowerCase())
  const current = bindings.filter(isCurrent).map(({ id }) => id)
  if (ids.length === current.length && new Set(ids).isSupersetOf(new Set(current))) return ids
  const message = {
    zh: '须列出本人当前的每一位共济人的绑定，各一次',
    en: 'must name the binding of each sponsor you have now, once',
  }
  throw InvalidInput.of([{ path: 'bindings', code: 'NOT_EACH_ONCE', message }])
}
