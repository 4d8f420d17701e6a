import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Text } from '@yibao/schema/rejection'

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif }
body { margin: 0; display: grid; min-height: 100vh; place-items: center; background: Canvas; color: CanvasText }
main { box-sizing: border-box; width: min(24rem, 100%); padding: 1.5rem }
h1 { font-size: 1.4rem; margin: 0 0 .25rem }
label { display: block; margin: 1rem 0 .25rem; font-weight: 600 }
input { box-sizing: border-box; width: 100%; padding: .5rem }
input, button { font: inherit; border: 1px solid #767676; border-radius: .25rem }
button { margin-top: 1.25rem; padding: .5rem 1rem; cursor: pointer }
button[value=enter] { background: #0b57a4; color: #fff; margin-right: .5rem }
button[value=abort] { background: transparent; color: inherit }
:focus-visible { outline: 3px solid #e8a33d; outline-offset: 2px }
[role=alert] { border-left: .25rem solid #b3261e; padding: .25rem .75rem; margin: 1rem 0 0 }
`
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

const escape = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`)

const both = ({ zh, en }: Text) => `${escape(zh)} <span lang="en">${escape(en)}</span>`

/** A page of the issuer: plain, without script, in both languages. */
export interface Page {
  readonly title: Text
  /** HTML; every text in it is escaped already. */
  readonly body: string
  /** Where the form may lead in the end, besides the issuer itself: the origin of the client's redirect address. */
  readonly leadsTo?: string | undefined
}

/** The HTML of a page. */
export const pageOf = ({ title, body }: Page): string => `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(`${title.zh} ${title.en}`)}</title>
<style>${STYLE}</style>
</head>
<body><main>
<h1>${both(title)}</h1>
${body}
</main></body>
</html>
`

/** The headers that keep a page out of frames, caches and the reach of scripts. */
export function pageHeaders({ leadsTo }: Page): Record<string, string> {
  const form = leadsTo === undefined ? "'self'" : `'self' ${leadsTo}`
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy':
      `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action ${form}; ` +
      `frame-ancestors 'none'; base-uri 'none'`,
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cache-control': 'no-store',
  }
}

export function sendPage(res: ServerResponse, status: number, page: Page, more: Record<string, string> = {}): void {
  res.writeHead(status, { ...pageHeaders(page), ...more }).end(pageOf(page))
}

interface SignInForm {
  /** The program that asks the person to sign in. */
  readonly client: Text
  readonly action: string
  /** Proves at the post that this form was served to this browser. */
  readonly formToken: string
  readonly login: string
  readonly problem?: Text | undefined
  readonly leadsTo: string | undefined
}

/** The sign-in form. */
export function signInPage({ client, action, formToken, login, problem, leadsTo }: SignInForm): Page {
  const alert = problem === undefined ? '' : `<p role="alert" id="problem">${both(problem)}</p>`
  const described = problem === undefined ? '' : ' aria-describedby="problem" aria-invalid="true"'
  const [focusLogin, focusPassword] = login === '' ? [' autofocus', ''] : ['', ' autofocus']
  return {
    title: { zh: '登录医保平台', en: 'Sign in to Yibao' },
    leadsTo,
    body: `<p>${both({ zh: `继续使用：${client.zh}`, en: `to continue to ${client.en}` })}</p>
${alert}
<form method="post" action="${escape(action)}">
<input type="hidden" name="form_token" value="${escape(formToken)}">
<label for="login">${both({ zh: '账号或个人编号', en: 'Account or person number' })}</label>
<input id="login" name="login" value="${escape(login)}" autocomplete="username" autocapitalize="none"
 spellcheck="false" maxlength="64" required${focusLogin}${described}>
<label for="password">${both({ zh: '密码', en: 'Password' })}</label>
<input id="password" name="password" type="password" autocomplete="current-password"
 maxlength="256" required${focusPassword}${described}>
<button name="do" value="enter">${both({ zh: '登录', en: 'Sign in' })}</button>
<button name="do" value="abort" formnovalidate>${both({ zh: '取消', en: 'Cancel' })}</button>
</form>`,
  }
}

/** A page that only says that something went wrong; `detail` is for whoever made the program. */
export const messagePage = (title: Text, message: Text, detail = ''): Page => ({
  title,
  body: `<p role="alert">${both(message)}</p>${detail === '' ? '' : `<p lang="en">${escape(detail)}</p>`}`,
})

/** A page that says all is well. */
export const donePage = (title: Text): Page => ({ title, body: '' })

/** Asks whether to sign out; `form` is oidc-provider's hidden form with the id `op.logoutForm`. */
export const signOutPage = (form: string): Page => ({
  title: { zh: '退出登录', en: 'Sign out' },
  body: `${form}
<button form="op.logoutForm" name="logout" value="yes" autofocus>${both({ zh: '退出', en: 'Sign out' })}</button>
<button form="op.logoutForm" value="abort">${both({ zh: '保持登录', en: 'Stay signed in' })}</button>`,
})
