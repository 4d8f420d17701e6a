import { createBrowser, type Browser } from '@yibao/gateway/issuer/browser'
import { askToken, authorizeUrl } from './sign-in-requests.ts'
import { PASSWORD, serve } from './sign-in-world.ts'

export const enter = (browser: Browser, login: string, password: string) =>
  browser.submit({ login, password, do: 'enter' })

/** A program that sends the browser to the issuer and listens for it to come back. */
export async function startProgram(issuerUrl: string) {
  const server = await serve()
  const address = `${server.url}/callback`
  const seen: URL[] = []
  server.use((req, res) => {
    seen.push(new URL(req.url ?? '/', server.url))
    res.end('back')
  })
  /** Opens the form as a browser sent by the program does. */
  async function openForm(more: Record<string, string | undefined> = {}) {
    const { url, verifier } = authorizeUrl(issuerUrl, { redirect_uri: address, ...more })
    const browser = createBrowser()
    await browser.open(url)
    return { browser, verifier }
  }
  const lastAnswer = () => seen.at(-1)?.searchParams ?? new URLSearchParams()
  return {
    address,
    openForm,
    /** What the browser brought back last. */
    lastAnswer,
    async codeFor(login: string) {
      const { browser, verifier } = await openForm()
      await enter(browser, login, PASSWORD)
      return { code: lastAnswer().get('code') ?? '', verifier }
    },
    redeem: (code: string, verifier: string, more: Record<string, string> = {}) =>
      askToken(issuerUrl, {
        grant_type: 'authorization_code',
        client_id: 'program',
        redirect_uri: address,
        code,
        code_verifier: verifier,
        ...more,
      }),
    close: () => server.close(),
  }
}
