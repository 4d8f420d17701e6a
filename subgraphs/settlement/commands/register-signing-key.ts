import { once } from '@yibao/drizzle/once'
import { InvalidInput, NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { Fields } from '../domain/fields.ts'
import { keyIdTaken, keyIsKnown, tooManyKeys } from '../domain/prescription-refusals.ts'
import { isKey, isSameKey, KEYS_MAX, readPublicKey, type PublicKeyInput } from '../domain/signing-key.ts'
import { addSigningKey, listSigningKeys, retireSigningKey } from '../store/signing-keys.ts'

/** Registers a public key the institution that asks signs with; answers its id. */
export async function registerSigningKey(context: Context, requestId: string, key: PublicKeyInput): Promise<string> {
  const identity = context.institution()
  const { institution } = identity
  const at = context.now()
  const request = { identity, requestId, operation: 'registerSigningKey', input: { key }, now: at }
  const done = await once(context.db, request, async (tx) => {
    const fields = new Fields()
    const read = readPublicKey(fields, key)
    fields.check()
    if (!isKey(read)) throw InvalidInput.of([NO_KEY])
    const keys = await listSigningKeys(tx, [institution])
    // A key that was retired, because it was stolen perhaps, must not come back under another name.
    if (keys.some((one) => one.kid !== read.kid && isSameKey(one, read))) throw keyIsKnown()
    if (keys.filter((one) => one.retiredAt === null).length >= KEYS_MAX) throw tooManyKeys(KEYS_MAX)
    if (!(await addSigningKey(tx, { ...read, institution, registeredAt: at, retiredAt: null }))) throw keyIdTaken()
    return { kid: read.kid }
  })
  return done.kid
}

const NO_KEY = {
  path: 'key.x',
  code: 'NOT_A_KEY',
  message: {
    zh: '不是该曲线上的公钥，或不是规范的 Base64url',
    en: 'is no public key of this curve, or no canonical Base64url',
  },
}

/** Retires a key of the institution that asks: it signs nothing from now on. Answers its id. */
export async function retireKey(context: Context, requestId: string, kid: string): Promise<string> {
  const identity = context.institution()
  const { institution } = identity
  const at = context.now()
  const request = { identity, requestId, operation: 'retireSigningKey', input: { kid }, now: at }
  const done = await once(context.db, request, async (tx) => {
    const found = (await listSigningKeys(tx, [institution])).find((one) => one.kid === kid)
    if (found === undefined) throw NotFound.of({ zh: '该密钥', en: 'the key' }, 'kid')
    if (found.retiredAt === null) await retireSigningKey(tx, { institution, kid, at })
    return { kid }
  })
  return done.kid
}
