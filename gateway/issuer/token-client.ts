import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { importJWK, type JWK } from 'jose'
import * as client from 'openid-client'
import { createBrowser } from './browser.ts'

/** Finds the issuer as any client would. Plain http is for an issuer on this machine. */
async function discover(issuerUrl: string, clientId: string, authentication: client.ClientAuth) {
  const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(issuerUrl).hostname)
  const execute = isLocal ? [client.allowInsecureRequests] : []
  return client.discovery(new URL(issuerUrl), clientId, undefined, authentication, { execute })
}

/**
 * An access token for the system of an institution: client credentials, proven with its private key.
 *
 * @throws whatever openid-client throws when the issuer cannot be reached or refuses.
 */
export async function institutionToken(
  issuerUrl: string,
  { code, key, scope }: { code: string; key: JWK; scope?: string },
): Promise<string> {
  const privateKey = { key: (await importJWK(key)) as client.CryptoKey, ...(key.kid && { kid: key.kid }) }
  const config = await discover(issuerUrl, code, client.PrivateKeyJwt(privateKey))
  const answer = await client.clientCredentialsGrant(config, scope === undefined ? {} : { scope })
  return answer.access_token
}

interface PersonSignIn {
  /** The native program to sign in with; its redirect address is `/callback` on 127.0.0.1. */
  readonly clientId: string
  readonly login: string
  readonly password: string
  readonly scope: string
}

/**
 * An access token for a person: code with PKCE through the issuer's own sign-in form, the way a browser and a native
 * program do it together.
 *
 * @throws SignInRefused with the words of the form when login or password are not accepted.
 */
export async function personToken(issuerUrl: string, { clientId, login, password, scope }: PersonSignIn) {
  const config = await discover(issuerUrl, clientId, client.None())
  const callback = await listenForCallback()
  try {
    const pkceCodeVerifier = client.randomPKCECodeVerifier()
    const expectedState = client.randomState()
    const address = client.buildAuthorizationUrl(config, {
      redirect_uri: callback.address,
      scope: `openid ${scope}`,
      state: expectedState,
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    })
    const browser = createBrowser()
    await browser.open(address)
    await browser.submit({ login, password, do: 'enter' })
    const answer = await client.authorizationCodeGrant(config, await callback.called, {
      pkceCodeVerifier,
      expectedState,
      idTokenExpected: true,
    })
    return answer.access_token
  } finally {
    callback.close()
  }
}

async function listenForCallback() {
  const { promise: called, resolve } = Promise.withResolvers<URL>()
  const server = createServer((req, res) => {
    res.end('完成，可以关闭此页面。 Done, you can close this page.')
    resolve(new URL(req.url ?? '/', address))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { address, called, close }
}
