import type { ClientMetadata } from 'oidc-provider'
import type { ApplicationClient, Client } from './directory.ts'

/** A client of the directory in the words of OpenID Connect registration. */
export function metadataOf(client: Client, requireDPoP: boolean): ClientMetadata {
  const bound = { dpop_bound_access_tokens: requireDPoP }
  if (client.kind !== 'application') {
    return {
      ...bound,
      client_id: client.id,
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [...client.keys] },
    }
  }
  return {
    ...bound,
    client_id: client.id,
    client_name: client.name.en,
    grant_types: ['authorization_code'],
    response_types: ['code'],
    redirect_uris: [...client.redirectUris],
    ...authenticationOf(client),
  }
}

function authenticationOf({ keys }: ApplicationClient): Partial<ClientMetadata> {
  return keys === 'native'
    ? { application_type: 'native', token_endpoint_auth_method: 'none' }
    : { application_type: 'web', token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [...keys] } }
}
