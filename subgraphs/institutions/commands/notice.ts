import type { Tx } from '@yibao/drizzle/connect'
import { notify, type Notice } from '@yibao/drizzle/notify'

/** Tells everybody who signs in for an institution what happened to it. */
export async function tellInstitution(
  tx: Tx,
  { institution }: { readonly institution: string },
  notice: Omit<Notice, 'to'>,
): Promise<void> {
  await notify(tx, 'institutions', { ...notice, to: { kind: 'institution', institution } })
}
