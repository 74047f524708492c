import type { App, AuthorizationRequest } from '../provider.ts'
import { createQueryString } from '../query-string.ts'

/** What every address at Slack is made of at which somebody consents. */
type Request = Pick<
  AuthorizationRequest,
  'app' | 'redirectUri' | 'state' | 'proofs' | 'workspaceId'
>

/** Slack's address for OAuth v2, with the one or the other kind of scopes. */
export type SlackAuthorize = (
  request: Request,
  scope: { user_scope: string } | { scope: string },
) => string

/** https://docs.slack.dev/authentication/installing-with-oauth */
export function createSlackAuthorize(slackUrl: string): SlackAuthorize {
  const queryString = createQueryString()
  return (request, scope) => {
    const { app, redirectUri, state, workspaceId } = request
    const query = queryString({
      state,
      client_id: app.clientId,
      redirect_uri: redirectUri,
      ...scope,
      // Opens Slack at this workspace; the user can still choose another, so it proves nothing.
      team: workspaceId,
    })
    return withCodeChallenge(`${slackUrl}/oauth/v2/authorize?${query}`, request)
  }
}

/**
 * RFC 7636 §4.3. Slack takes an app that once sent a challenge for a public client, for good
 * (https://docs.slack.dev/authentication/using-pkce), so it is for the operator to say.
 */
export const withCodeChallenge = (
  url: string,
  { app, proofs }: Pick<AuthorizationRequest, 'app' | 'proofs'>,
): string =>
  usesPkce(app) ? `${url}&code_challenge=${proofs().codeChallenge}&code_challenge_method=S256` : url

/** Whether Slack takes the app for a public client, which must use PKCE. */
export const usesPkce = ({ own }: Pick<App, 'own'>): boolean => own['pkce'] === true
