import assert from 'node:assert/strict'
import type { Context } from '../context.ts'
import type { Visit } from '../domain/visit.ts'

/** The visit a request was about, as it stands now, under the row rules of whoever asks. */
export async function loadVisit(context: Context, visit: string): Promise<Visit> {
  const found = await context.load.visit.load({ institution: context.institution().institution, visit })
  assert(found !== null, 'an institution sees its own visits')
  return found
}
