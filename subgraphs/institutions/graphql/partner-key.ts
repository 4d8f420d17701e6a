import { may } from '@yibao/schema/builder'
import { isTextKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { confirmKey, registerKey, revokeKey, rotateKey } from '../commands/partner-key.ts'
import { OVERLAP_DAYS_MAX, stateOf, TELL_DAYS, VALID_DAYS } from '../domain/partner-key.ts'
import { isPlaceOfKey, listPartnerKeys, placeOfKey, type PartnerKey } from '../store/partner-keys.ts'

const mayRead = may('institution institutions:read', 'channel', 'staff institutions:read', 'auditor institutions:read')
const mayChange = may('institution institutions:write', 'channel', 'staff institutions:write')
const mayConfirm = may('staff institutions:write')
const mayRotate = may('institution institutions:write', 'channel')

const state = builder.enumType('PartnerKeyState', {
  description: '密钥状态。 Whether a key counts.',
  values: {
    WAITING: {
      description: '待复核：经办代登记，尚未经另一人复核。 Registered by the bureau and not confirmed by a second one.',
    },
    VALID: { description: '有效' },
    EXPIRED: { description: '已到期' },
    REVOKED: { description: '已撤销' },
  } as const,
})

const partnerKey = builder.objectRef<PartnerKey>('PartnerKey').implement({
  ...mayRead,
  description: '接入系统登录所用的公钥。 The public key a system signs in with.',
  fields: (t) => ({
    thumbprint: t.exposeID('thumbprint', {
      description: '密钥指纹（RFC 7638），登录时的 `kid`。 The name of the key, which follows from the key alone.',
    }),
    institution: t.exposeString('institution', { nullable: true, description: '`fixmedins_code`' }),
    channel: t.exposeString('channel', { nullable: true, description: '渠道编码。 The code of a channel.' }),
    label: t.exposeString('label'),
    algorithm: t.string({
      nullable: true,
      description: 'ES256、PS256 或 EdDSA；仅登记了停用的目录密钥为 null。 Null for a retired key of the directory.',
      resolve: ({ jwk }) => jwk?.['alg'] ?? null,
    }),
    state: t.field({
      type: state,
      resolve: (key, _args, { now }) => stateOf(key, now()),
    }),
    validFrom: t.expose('validFrom', { type: 'DateTime' }),
    validUntil: t.expose('validUntil', { type: 'DateTime' }),
    byBureau: t.exposeBoolean('byBureau', {
      description: '经办代登记。 Registered by the bureau, as the first one.',
    }),
    confirmedAt: t.expose('confirmedAt', {
      type: 'DateTime',
      nullable: true,
      description: '经办代登记的密钥经另一人复核的时间。 When a second one of the staff confirmed it.',
    }),
    revokedAt: t.expose('revokedAt', { type: 'DateTime', nullable: true }),
    reason: t.exposeString('reason', { nullable: true, description: '撤销原因' }),
  }),
})

const connection = connectionOf('PartnerKey', partnerKey, mayRead)

builder.queryField('partnerKeys', (t) =>
  t.field({
    ...mayRead,
    type: connection,
    description: '登录密钥，限调用者可见，最近登记的在前。 Keys the caller may see, the latest first.',
    errors: { types: [InvalidInput] },
    args: {
      institution: t.arg.string({ description: '定点医药机构编号' }),
      state: t.arg({ type: state }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { institution, state: wanted, ...args }, { read, now }) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isPlaceOfKey, problems)
      InvalidInput.throwIf(problems)
      if (institution != null && !isTextKey(institution)) return pageOf([], size, placeOfKey)
      const filter = { institution: institution ?? null, state: wanted ?? null, now: now(), after }
      return pageOf(await read((tx) => listPartnerKeys(tx, filter, size + 1)), size, placeOfKey)
    },
  }),
)

const REJECTIONS = [InvalidInput, NotFound, NotAllowed, RequestReused, Busy]

builder.mutationFields((t) => {
  const jwk = t.arg.string({
    required: true,
    description:
      '公钥的 JWK（JSON 文本）：P-256、Ed25519 或 2048 位以上 RSA；不得含私钥。 The JWK of the public half, as JSON text.',
  })
  const label = t.arg.string({ required: true, description: '便于识别的名称' })
  const until = t.arg({
    type: 'DateTime',
    description: `到期时刻，默认 ${VALID_DAYS.default} 天后，最多 ${VALID_DAYS.max} 天；到期前 ${TELL_DAYS} 天提醒。 When it ends; its holder is told ${TELL_DAYS} days before.`,
  })
  const institution = t.arg.string({
    description:
      '经办代登记首个密钥时填写；机构已有密钥的不予登记，登记后由另一人复核方生效。 For staff, who register the first key; another of them confirms it.',
  })
  const requestId = t.arg.id({ required: true })
  return {
    registerPartnerKey: t.field({
      ...mayChange,
      type: partnerKey,
      description:
        '登记登录密钥，立即生效；经办代登记的待复核后生效。 Registers a key to sign in with; it counts at once, one by staff once it is confirmed.',
      errors: { types: REJECTIONS },
      args: { requestId, jwk, label, validUntil: until, institution },
      resolve: (_root, { requestId: id, ...input }, context) => registerKey(context, id, input),
    }),
    confirmPartnerKey: t.field({
      ...mayConfirm,
      type: partnerKey,
      description:
        '复核经办代登记的首个密钥，须为登记人以外的经办人员；复核后生效。 Confirms a key another one of the staff registered; it counts from then on.',
      errors: { types: REJECTIONS },
      args: {
        requestId,
        key: t.arg.id({ required: true, description: '密钥指纹' }),
        institution: t.arg.string({ required: true, description: '定点医药机构编号' }),
      },
      resolve: (_root, { requestId: id, ...input }, context) => confirmKey(context, id, input),
    }),
    rotatePartnerKey: t.field({
      ...mayRotate,
      type: partnerKey,
      description: `更换密钥：新密钥立即生效，旧密钥到 oldUntil 为止（最多 ${OVERLAP_DAYS_MAX} 天）。 Registers the next key; the old one goes on until \`oldUntil\`.`,
      errors: { types: REJECTIONS },
      args: {
        requestId,
        jwk,
        label,
        validUntil: until,
        oldKey: t.arg.id({ required: true, description: '旧密钥的指纹。 The thumbprint of the old key.' }),
        oldUntil: t.arg({ type: 'DateTime', required: true }),
      },
      resolve: (_root, { requestId: id, ...input }, context) => rotateKey(context, id, input),
    }),
    revokePartnerKey: t.field({
      ...mayChange,
      type: partnerKey,
      description:
        '立即撤销密钥；以其取得的令牌最迟五分钟后失效，且不能再变更密钥。 Revokes a key at once; tokens got with it end within five minutes and change no key any more.',
      errors: { types: REJECTIONS },
      args: {
        requestId,
        key: t.arg.id({ required: true, description: '密钥指纹' }),
        reason: t.arg.string({ required: true }),
        institution,
      },
      resolve: (_root, { requestId: id, ...input }, context) => revokeKey(context, id, input),
    }),
  }
})
