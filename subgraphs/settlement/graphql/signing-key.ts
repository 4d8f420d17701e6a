import { isTextKey, pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, NotAllowed, NotFound, Busy, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { registerSigningKey, retireKey } from '../commands/register-signing-key.ts'
import type { Context } from '../context.ts'
import { algorithmOf, type SigningKey } from '../domain/signing-key.ts'
import { listKeysOf, listSigningKeys } from '../store/signing-keys.ts'
import { mayRead, maySettle } from './rights.ts'

/** A public key of an institution. */
export const signingKey = builder.objectRef<SigningKey>('SigningKey').implement({
  ...mayRead,
  description: '机构签名公钥 (JWK)。 A public key by which an institution’s signatures are verified.',
  fields: (t) => ({
    institutionCode: t.exposeString('institution', { description: '机构编码 `fixmedins_code`' }),
    kid: t.exposeString('kid', { description: '密钥编号，JWS 头中的 `kid`。 As the header of a signature names it.' }),
    algorithm: t.string({ description: 'EdDSA (Ed25519), ES256 (P-256)', resolve: (key) => algorithmOf(key) }),
    jwk: t.string({
      description: 'JWK，JSON 文本。 The key as JSON text.',
      resolve: ({ publicKey, kid }) => JSON.stringify({ ...publicKey, kid }),
    }),
    registeredAt: t.expose('registeredAt', { type: 'DateTime' }),
    retiredAt: t.expose('retiredAt', {
      type: 'DateTime',
      nullable: true,
      description: '停用时间；停用前的签名仍有效。 From then on it signs nothing more; what it signed before stands.',
    }),
  }),
})

const publicKey = builder.inputType('PublicKeyInput', {
  description: '公钥，字段同 JWK。 A public key, with the members of a JWK.',
  fields: (t) => ({
    kid: t.string({ required: true, description: '密钥编号，本机构内唯一。 Unique within the institution.' }),
    kty: t.string({ required: true, description: 'OKP, EC' }),
    crv: t.string({ required: true, description: 'Ed25519, P-256' }),
    x: t.string({ required: true, description: 'Base64url' }),
    y: t.string({ description: 'Base64url; P-256 only' }),
  }),
})

const connection = connectionOf('SigningKey', signingKey, mayRead)

async function ownKey(context: Context, kid: string): Promise<SigningKey> {
  const { institution } = context.institution()
  const found = (await context.read((tx) => listSigningKeys(tx, [institution]))).find((one) => one.kid === kid)
  if (found === undefined) throw NotFound.of({ zh: '该密钥', en: 'the key' }, 'kid')
  return found
}

builder.queryField('signingKeys', (t) =>
  t.field({
    ...mayRead,
    type: connection,
    description:
      '一家机构的签名公钥，按密钥编号。 The public keys of an institution, to verify its signatures with, by their ids.',
    errors: { types: [InvalidInput] },
    args: {
      institution: t.arg.string({ required: true, description: '机构编码 `fixmedins_code`' }),
      retired: t.arg.boolean({ description: '只要已停用或未停用。 Only those that are retired, or are not.' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { institution, retired = null, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isTextKey, problems)
      InvalidInput.throwIf(problems)
      if (!/^[HP]\d{11}$/.test(institution)) return pageOf([], size, (one: SigningKey) => one.kid)
      return pageOf(
        await context.read((tx) => listKeysOf(tx, { institution, retired, after }, size + 1)),
        size,
        (one) => one.kid,
      )
    },
  }),
)

builder.mutationFields((t) => ({
  registerSigningKey: t.field({
    ...maySettle,
    type: signingKey,
    description: '登记本机构的签名公钥。 Registers a public key the calling institution signs prescriptions with.',
    errors: { types: [InvalidInput, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), key: t.arg({ type: publicKey, required: true }) },
    resolve: async (_root, { requestId, key }, context) =>
      ownKey(context, await registerSigningKey(context, requestId, key)),
  }),
  retireSigningKey: t.field({
    ...maySettle,
    type: signingKey,
    description: '停用本机构的签名公钥。 Retires a key: it signs nothing from now on.',
    errors: { types: [InvalidInput, NotAllowed, NotFound, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), kid: t.arg.string({ required: true }) },
    resolve: async (_root, { requestId, kid }, context) => ownKey(context, await retireKey(context, requestId, kid)),
  }),
}))
