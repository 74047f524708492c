import { Value } from '@sinclair/typebox/value'
import { basicAuthorization } from '../basic-authorization.ts'
import { type Fetch, postForm } from '../call-provider.ts'
import { type Finding, failed, ok, type SetupInstructions } from '../diagnostics.ts'
import type { ProviderApp } from '../provider.ts'
import { DEFAULT_BOT_SCOPE } from './install.ts'
import { SlackRefusal } from './refusal.ts'

/** Slack's errors for an invented code, once it has accepted the client credentials. */
const CLIENT_ACCEPTED_ERRORS = new Set([
  'invalid_code',
  'bad_redirect_uri',
  'invalid_code_verifier',
])
const REMEDIES: ReadonlyMap<string, string> = new Map([
  ['invalid_client_id', 'Copy the Client ID again: api.slack.com/apps, Basic Information.'],
  ['bad_client_secret', 'Copy the Client Secret again: api.slack.com/apps, Basic Information.'],
])

/**
 * Asks Slack to exchange an invented code. Slack checks the client first, so its error shows
 * whether the client id and secret are valid, and no code is spent.
 */
export async function diagnoseSlackApp(
  slackUrl: string,
  fetch: Fetch,
  app: ProviderApp,
  redirectUri: string,
): Promise<Finding[]> {
  const form = { code: 'latch-doctor', redirect_uri: redirectUri }
  const answer = await postForm(fetch, `${slackUrl}/api/oauth.v2.access`, form, {
    authorization: basicAuthorization(app),
  })
  if (answer.kind === 'unavailable') {
    const remedy = `Check that this machine can connect to ${slackUrl} (proxy, firewall, DNS).`
    return [failed(`Slack does not respond: ${answer.reason}`, remedy)]
  }
  if (!Value.Check(SlackRefusal, answer.body)) {
    const message = `${slackUrl} responded with status ${answer.status}, and not as Slack does`
    return [failed(message, 'Check that LATCH_SLACK_URL is the URL of Slack.')]
  }
  const { error } = answer.body
  if (!CLIENT_ACCEPTED_ERRORS.has(error)) {
    const remedy = REMEDIES.get(error) ?? 'Check that the app exists and is not disabled.'
    return [failed(`Slack does not accept the app: ${error}`, remedy)]
  }
  return [ok('Slack accepts the client id and secret'), redirectNote(redirectUri)]
}

/** Slack reports a wrong redirect URL only to people, in the browser. */
const redirectNote = (redirectUri: string): Finding => ({
  status: 'note',
  message: 'whether the redirect URL is registered with Slack cannot be checked from here',
  remedy: `Under OAuth & Permissions there must be exactly this URL: ${redirectUri}`,
})

/**
 * An app manifest, to create an app from or to change one
 * (https://docs.slack.dev/reference/app-manifest).
 */
export const slackSetupInstructions = (redirectUri: string): SetupInstructions => ({
  title: 'Slack: api.slack.com/apps, "Create New App", "From a manifest"',
  text: JSON.stringify(
    {
      display_information: { name: 'latch' },
      features: { bot_user: { display_name: 'latch', always_online: true } },
      oauth_config: {
        redirect_urls: [redirectUri],
        scopes: { user: ['openid', 'profile'], bot: DEFAULT_BOT_SCOPE },
      },
      settings: {
        org_deploy_enabled: true,
        socket_mode_enabled: false,
        token_rotation_enabled: false,
      },
    },
    null,
    2,
  ),
})
