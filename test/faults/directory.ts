import { demoDirectory, TOKEN_COMMAND, type DemoAccount, type DemoSystem } from '@yibao/gateway/issuer/demo-directory'
import type { Directory } from '@yibao/gateway/issuer/directory'

/** Who can sign in. All lists may grow while the platform runs. */
export interface Names {
  readonly institutions: DemoSystem[]
  readonly channels: DemoSystem[]
  readonly accounts: DemoAccount[]
}

const NOBODY: Names = { institutions: [], channels: [], accounts: [] }

/**
 * The directory of the demo, but each name gets its key or password when it is first asked for: making the passwords of
 * all fifty persons takes longer than most tests, and a test signs in a handful.
 */
export function lazyDirectory(dataDir: string, { institutions, channels, accounts }: Names): Directory {
  return {
    async client(id) {
      const of = (list: readonly DemoSystem[]) => list.filter(({ code }) => code === id)
      const known = { ...NOBODY, institutions: of(institutions), channels: of(channels) }
      if (known.institutions.length + known.channels.length === 0 && id !== TOKEN_COMMAND.id) return null
      return (await demoDirectory(dataDir, known)).client(id)
    },
    async account(login) {
      const known = accounts.find((one) => one.login === login)
      if (known === undefined) return null
      return (await demoDirectory(dataDir, { ...NOBODY, accounts: [known] })).account(login)
    },
  }
}
