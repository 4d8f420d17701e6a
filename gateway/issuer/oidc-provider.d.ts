/**
 * The front door of the package (`oidc-provider`) does one thing more than this module: it prints a warning when
 * `process.release.lts` is missing, as it is in the Node that npm brings. The class is the same, so we come in here.
 */
declare module 'oidc-provider/lib/provider.js' {
  export { Provider } from 'oidc-provider'
}
declare module 'oidc-provider/lib/helpers/errors.js' {
  import type { errors } from 'oidc-provider'
  export const {
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    InvalidTarget,
    InvalidClientAuth,
    SessionNotFound,
    AccessDenied,
  }: typeof errors
}
declare module 'oidc-provider/lib/helpers/interaction_policy/index.js' {
  import type { interactionPolicy } from 'oidc-provider'
  export const { base, Check }: typeof interactionPolicy
}
