import type { Context } from '../context.ts'

/** Whose rows a list is narrowed to. */
interface OwnRows {
  readonly institution?: string
  readonly pool?: string
  readonly insuredId?: string
}

/** The rows a caller sees anyway, said again so that the database finds them by an index. */
export function ownRows({ identity }: Pick<Context, 'identity'>): OwnRows {
  switch (identity?.kind) {
    case 'institution':
      return { institution: identity.institution }
    case 'staff':
      return { pool: identity.pool }
    case 'person':
      return { insuredId: identity.insuredId }
    // Row level security shows these nothing.
    case 'employer':
    case 'channel':
    case 'auditor':
    case undefined:
      return {}
  }
}
