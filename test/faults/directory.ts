import {
  demoDirectory,
  TOKEN_COMMAND,
  type DemoAccount,
  type DemoInstitution,
} from '@yibao/gateway/issuer/demo-directory'
import type { Directory } from '@yibao/gateway/issuer/directory'

/** Who can sign in. Both lists may grow while the platform runs. */
export interface Names {
  readonly institutions: DemoInstitution[]
  readonly accounts: DemoAccount[]
}

const NOBODY: Names = { institutions: [], accounts: [] }

/**
 * The directory of the demo, but each name gets its key or password when it is first asked for: making the passwords of
 * all fifty persons takes longer than most tests, and a test signs in a handful.
 */
export function lazyDirectory(dataDir: string, { institutions, accounts }: Names): Directory {
  return {
    async client(id) {
      const known = institutions.find((one) => one.code === id)
      if (known === undefined && id !== TOKEN_COMMAND.id) return null
      const small = await demoDirectory(dataDir, { ...NOBODY, institutions: known === undefined ? [] : [known] })
      return small.client(id)
    },
    async account(login) {
      const known = accounts.find((one) => one.login === login)
      if (known === undefined) return null
      return (await demoDirectory(dataDir, { ...NOBODY, accounts: [known] })).account(login)
    },
  }
}
