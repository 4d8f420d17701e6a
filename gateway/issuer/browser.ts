/** The sign-in form said no; the message is what it said. */
export class SignInRefused extends Error {}

interface Cookie {
  readonly value: string
  readonly path: string
}

const REDIRECTS_MAX = 10

/** As much of a browser as signing in takes: cookies, redirects, one form. */
export interface Browser {
  open(address: URL): Promise<void>
  /** Fills in the form of the page and posts it. @throws SignInRefused when the form comes back with a problem. */
  submit(fields: Record<string, string>): Promise<void>
  /** The page that was last shown. */
  readonly page: { readonly status: number; readonly address: URL; readonly html: string; readonly headers: Headers }
}

/** A new browser without cookies. */
export function createBrowser(): Browser {
  const cookies = new Map<string, Cookie>()
  let page: Browser['page'] = { status: 0, address: new URL('about:blank'), html: '', headers: new Headers() }

  const cookieHeader = ({ pathname }: URL) =>
    [...cookies]
      .filter(([, { path }]) => path === '/' || pathname === path || pathname.startsWith(`${path}/`))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ')

  function keep(answer: Response): void {
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      const [, path = '/'] = /;\s*path=([^;]*)/i.exec(line) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, { value, path })
    }
  }

  async function go(address: URL, form?: URLSearchParams): Promise<void> {
    let [next, body] = [address, form]
    for (let hops = 0; hops <= REDIRECTS_MAX; hops += 1) {
      const answer = await fetch(next, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { accept: 'text/html', cookie: cookieHeader(next) },
        redirect: 'manual',
        ...(body && { body }),
      })
      keep(answer)
      const location = answer.headers.get('location')
      if (location === null) {
        page = { status: answer.status, address: next, html: await answer.text(), headers: answer.headers }
        return
      }
      await answer.body?.cancel()
      ;[next, body] = [new URL(location, next), undefined]
    }
    throw new Error('the sign-in turns in a circle')
  }

  async function submit(fields: Record<string, string>): Promise<void> {
    const [, action] = /<form [^>]*action="([^"]+)"/.exec(page.html) ?? []
    if (action === undefined) throw new SignInRefused(alertOf(page.html) ?? `no form at ${page.address.pathname}`)
    const hidden = [...page.html.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)]
    const form = new URLSearchParams(hidden.map(([, name = '', value = '']) => [name, unescape(value)]))
    for (const [name, value] of Object.entries(fields)) form.set(name, value)
    await go(new URL(unescape(action), page.address), form)
    const problem = alertOf(page.html)
    if (problem !== null) throw new SignInRefused(problem)
  }

  return {
    open: (address) => go(address),
    submit,
    get page() {
      return page
    },
  }
}

const unescape = (text: string) => text.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))

function alertOf(html: string): string | null {
  const [, text] = /role="alert"[^>]*>(.*?)<\/p>/s.exec(html) ?? []
  return text === undefined ? null : unescape(text.replace(/<[^>]+>/g, ''))
}
