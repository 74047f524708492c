import type { ErrorCodes } from '../provider.ts'

const NEW_LINK = 'Ask for a new link.'

/**
 * Slack's error codes: those shown on its own pages, from which the user is not redirected back,
 * and those in its responses (https://docs.slack.dev/reference/methods/oauth.v2.access#errors).
 * Slack never adds a description.
 */
export const SLACK_ERRORS: ErrorCodes = {
  inDescription: null,
  meanings: {
    invalid_scope: {
      meaning:
        'Slack does not grant the app the scopes that the link asked for. Apps made today cannot have `identity.basic`, the default, and `identity.*` cannot be mixed with other scopes.',
      remedy:
        'Ask for the link with `userScope: ["openid"]`, and enter the scopes under User Token Scopes of the app.',
    },
    bad_redirect_uri: {
      meaning:
        "The redirect URL that latch sent is not one of those that are entered in the app's settings.",
      remedy:
        'Enter the URL that `latch doctor` prints under OAuth & Permissions, exactly: https, no slash at the end, in the app whose client id latch has.',
    },
    invalid_client_id: {
      meaning: "Slack knows no app with the integration's client id.",
      remedy: 'Copy the Client ID from Basic Information of the app into the integration.',
    },
    bad_client_secret: {
      meaning: "The client secret does not belong to the integration's client id.",
      remedy:
        'Copy the Client Secret from Basic Information of the app: `latch integrations set-secret`.',
    },
    invalid_team_for_non_distributed_app: {
      meaning: 'The user is of another workspace than the app, and the app is not distributed.',
      remedy: 'Switch on Manage Distribution in the settings of the app.',
    },
    invalid_code: {
      meaning:
        'Slack does not know the authorization code any more: it is older than 10 minutes, or was cut off.',
      remedy: NEW_LINK,
    },
    code_already_used: {
      meaning:
        "Somebody had exchanged the authorization code before latch did: a reload, a link preview or a prefetch that did not pass through latch, or another service with the app's secret.",
      remedy: `${NEW_LINK} Where it happens again, see to it that nothing in front of latch repeats requests.`,
    },
    invalid_code_verifier: {
      meaning: "The proof that came with the code (PKCE) is not that of the link's beginning.",
      remedy: `${NEW_LINK} Where it happens again, check that all processes of latch have the same secret key.`,
    },
    access_denied: {
      meaning:
        'The user chose Cancel at Slack, or the workspace wants an administrator to approve the app first.',
      remedy:
        'The same link can be opened again until it expires. Where users pressed Allow, ask an administrator of the workspace to approve the app.',
    },
  },
}
