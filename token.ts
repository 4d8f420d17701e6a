import { text } from 'node:stream/consumers'
import { findDemoAccount, findDemoClient, listDemoNames, type DemoName } from '@yibao/schema/demo-keys'
import { SCOPES } from '@yibao/schema/identity'
import { Advice, runMain } from '@yibao/schema/process'
import { SignInRefused } from './gateway/issuer/browser.ts'
import { TOKEN_COMMAND } from './gateway/issuer/demo-directory.ts'
import { hashPassword } from './gateway/issuer/password.ts'
import { institutionToken, personToken } from './gateway/issuer/token-client.ts'

const HELP = `用法 Usage
  npm run -s token -- <code>                    机构或渠道令牌 token of a demo institution or channel
  npm run -s token -- --as <login>              个人、经办或审计人员令牌 token of a demo person, staff or auditor
  npm run -s token -- --list                    列出演示账号 list the demo names
  npm run -s token -- --hash-password           从标准输入读取密码 make a password hash for a directory file

令牌写到标准输出，5 分钟内有效；其余信息写到标准错误。
The token goes to standard output and is good for 5 minutes; everything else goes to standard error.

  TOKEN=$(npm run -s token -- H62020000001)

平台必须已在运行（npm start）。HOST、PORT、YIBAO_DATA 与启动平台时相同；默认 127.0.0.1、4000、./data。
The platform must be running (npm start). HOST, PORT and YIBAO_DATA as it was started with; 127.0.0.1, 4000 and ./data
by default.
`

const dataDir = process.env['YIBAO_DATA'] || 'data'
const host = process.env['HOST'] || '127.0.0.1'
const issuerUrl = `http://${host.includes(':') ? `[${host}]` : host}:${process.env['PORT'] || '4000'}/oidc`

const lines = (names: DemoName[], before: string) => names.map(({ name, label }) => `  ${before}${name}  ${label}`)

async function listed(): Promise<string> {
  const { clients, accounts } = await listDemoNames(dataDir)
  if (clients.length + accounts.length === 0) {
    return `没有演示账号：请先运行 npm start。 There are no demo names yet: run npm start first.`
  }
  return ['演示账号 Demo names:', ...lines(clients, ''), ...lines(accounts, '--as ')].join('\n')
}

const unknown = async (name: string) => new Advice(`没有 ${name}。 There is no ${name}.\n${await listed()}`)

async function tokenOf(args: readonly string[]): Promise<string> {
  const [first = '', second] = args
  if (first === '--as' && second !== undefined && args.length === 2) {
    const account = await findDemoAccount(dataDir, second)
    if (account === null) throw await unknown(second)
    const { login, password } = account
    return personToken(issuerUrl, { clientId: TOKEN_COMMAND.id, login, password, scope: SCOPES.join(' ') })
  }
  if (first === '' || first.startsWith('-') || args.length !== 1) throw new Advice(HELP)
  const institution = await findDemoClient(dataDir, first)
  if (institution === null) throw await unknown(first)
  return institutionToken(issuerUrl, institution)
}

async function run(args: readonly string[]): Promise<void> {
  const [first] = args
  if (first === '--help' || first === '-h') return void process.stderr.write(HELP)
  if (first === '--list') return void process.stderr.write(`${await listed()}\n`)
  const answer =
    first === '--hash-password' ? await hashPassword((await text(process.stdin)).trim()) : await tokenOf(args)
  process.stdout.write(`${answer}\n`)
}

/** What went wrong, in words that say what to do next. */
function adviceFor(error: unknown): string {
  if (error instanceof Advice) return error.message
  if (error instanceof SignInRefused) return `登录被拒绝。 The sign-in was refused: ${error.message}`
  const codes = chain(error).map((one) => one.code)
  if (codes.includes('ECONNREFUSED')) {
    return (
      `${issuerUrl} 没有响应：请先运行 npm start，或用 PORT 指定端口。 ` +
      `Nothing answers at ${issuerUrl}: run npm start first, or say with PORT where the platform is.`
    )
  }
  const words = chain(error).map((one) => one.error_description ?? one.message)
  return (
    `无法取得令牌。 No token: ${words.join(': ')}\n` +
    `若平台使用外部签发者（YIBAO_ISSUER），请向该签发者获取令牌；若数据目录不是 ${dataDir}，请设置 YIBAO_DATA。 ` +
    `If the platform trusts another issuer (YIBAO_ISSUER), get the token there; if its data folder is not ${dataDir}, ` +
    `set YIBAO_DATA.`
  )
}

type Fault = Error & { code?: string; error_description?: string; cause?: unknown }

function chain(error: unknown): Fault[] {
  if (!(error instanceof Error)) return []
  return [error, ...chain(error.cause)]
}

await runMain(() => run(process.argv.slice(2)), { words: adviceFor })
