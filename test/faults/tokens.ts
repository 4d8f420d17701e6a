import { hashPassword } from '@yibao/gateway/issuer/password'
import { TOKEN_COMMAND } from '@yibao/gateway/issuer/demo-directory'
import { institutionToken, personToken } from '@yibao/gateway/issuer/token-client'
import { demoAccountKey, demoClientKey } from '@yibao/schema/demo-keys'
import { SCOPES } from '@yibao/schema/identity'

/** An institution or channel by its code, anybody else by login. */
const isSystem = (name: string) => /^([HP]\d{11}|[A-Z]+\d\d)$/.test(name)

/** A token by the flow a real client goes through, with the key or password that stands in `dataDir`. */
export async function tokenOf(address: string, dataDir: string, name: string): Promise<string> {
  const issuer = `${address}/oidc`
  if (isSystem(name)) return institutionToken(issuer, await demoClientKey(dataDir, name, name))
  const { password } = await demoAccountKey(dataDir, { login: name, label: name, hash: hashPassword })
  return personToken(issuer, { clientId: TOKEN_COMMAND.id, login: name, password, scope: SCOPES.join(' ') })
}
