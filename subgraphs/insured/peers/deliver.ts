import { z } from 'zod'

/** One message for one phone. It names nobody: the provider gets a number and a text. */
export interface Parcel {
  /** The same for each try, so that a provider that got it before does not send it again. */
  readonly id: string
  /** A phone number, or the token of a device. */
  readonly address: string
  readonly template: string
  /** In Chinese. */
  readonly text: string
}

export type ParcelState = 'SENT' | 'DELIVERED' | 'FAILED'

/** Whatever brings messages to phones. */
export interface Carrier {
  /** Rejects when it could not be handed over; then it is tried again. */
  send(parcel: Parcel): Promise<{ readonly reference: string; readonly state: ParcelState }>
  /** What became of it. */
  ask(reference: string): Promise<ParcelState>
}

/** Those that are set; a channel without one is not used, and the message is read in the app. */
export type Carriers = Partial<Record<'SMS' | 'PUSH', Carrier>>

const TIMEOUT_MS = 5_000
const ANSWER = z.object({
  reference: z.string().min(1).max(200),
  state: z.enum(['SENT', 'DELIVERED', 'FAILED']),
})

/**
 * A provider behind HTTP: `POST <url>/messages` with id, address, template and text answers reference and state, and
 * `GET <url>/messages/<reference>` answers the same later. A small adapter of that form stands before any vendor.
 */
export function httpCarrier({ url, key }: { readonly url: string; readonly key: string }): Carrier {
  const base = `${url.replace(/\/$/, '')}/messages`
  async function request(address: string, init: RequestInit): Promise<z.output<typeof ANSWER>> {
    const response = await fetch(address, {
      ...init,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    // Neither the text nor the number stands in an error, which is logged.
    if (!response.ok) throw new Error(`the provider answered ${response.status}`)
    return ANSWER.parse(await response.json())
  }
  return {
    send: (parcel) => request(base, { method: 'POST', body: JSON.stringify(parcel) }),
    ask: async (reference) => (await request(`${base}/${encodeURIComponent(reference)}`, { method: 'GET' })).state,
  }
}
