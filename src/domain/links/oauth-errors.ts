import type { Explanation } from '../../providers/provider.ts'

export const NEW_LINK = 'Create a new link.'
export const LINK_STAYS_VALID = 'The same link can be opened again until it expires.'

/**
 * The error codes of RFC 6749 §4.1.2.1 and §5.2, if the provider has no more specific explanation.
 */
export const OAUTH_CODES: Readonly<Record<string, Explanation>> = {
  server_error: {
    meaning: 'The provider had an internal error while the user was there.',
    remedy: LINK_STAYS_VALID,
  },
  temporarily_unavailable: {
    meaning: 'The provider was overloaded while the user was there.',
    remedy: LINK_STAYS_VALID,
  },
  invalid_scope: {
    meaning: 'The provider does not grant the app the scopes that the link requests.',
    remedy: "Add the scopes in the app's settings at the provider, or request others.",
  },
  unauthorized_client: {
    meaning: 'The provider does not allow the app to be used in this way, or by these users.',
    remedy: "Run `latch doctor`, and check the app's settings at the provider.",
  },
  invalid_client: {
    meaning: 'The provider does not accept the client id or the client secret.',
    remedy: 'Run `latch doctor`, then `latch integrations set-secret`.',
  },
  invalid_grant: {
    meaning:
      'The authorization code is too old, was used before, or was issued for another redirect URL.',
    remedy: NEW_LINK,
  },
}
