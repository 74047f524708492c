import type { AuthorizationRequest, ProviderApp } from '../provider.ts'
import { createQueryString } from '../query-string.ts'

/** The parts common to all of Slack's authorization URLs. */
type Request = Pick<
  AuthorizationRequest,
  'app' | 'redirectUri' | 'state' | 'proofs' | 'workspaceId'
>

/** Builds Slack's OAuth v2 authorization URL, with user scopes or bot scopes. */
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
 * Adds the code challenge (RFC 7636 §4.3). Once an app has sent a challenge, Slack treats it as a
 * public client permanently (https://docs.slack.dev/authentication/using-pkce), so the operator
 * must opt in.
 */
export const withCodeChallenge = (
  url: string,
  { app, proofs }: Pick<AuthorizationRequest, 'app' | 'proofs'>,
): string =>
  usesPkce(app) ? `${url}&code_challenge=${proofs().codeChallenge}&code_challenge_method=S256` : url

/** Whether Slack treats the app as a public client, which must use PKCE. */
export const usesPkce = ({
  providerCredentials,
}: Pick<ProviderApp, 'providerCredentials'>): boolean => providerCredentials['pkce'] === true
