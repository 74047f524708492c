import type { ErrorCodes } from '../provider.ts'

const NEW_LINK = 'Create a new link.'

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
        'Slack does not grant the app the scopes that the link requests. New apps cannot have `identity.basic`, the default, and `identity.*` cannot be combined with other scopes.',
      remedy:
        'Create the link with `userScope: ["openid"]`, and add the scopes under User Token Scopes in the app\'s settings.',
    },
    bad_redirect_uri: {
      meaning: "The redirect URL that latch sent is not in the app's settings.",
      remedy:
        'Under OAuth & Permissions of the app with this client id, add exactly the URL that `latch doctor` prints: https, without a trailing slash.',
    },
    invalid_client_id: {
      meaning: "Slack has no app with the integration's client id.",
      remedy: "Copy the Client ID from the app's Basic Information into the integration.",
    },
    bad_client_secret: {
      meaning: "The client secret does not belong to the integration's client id.",
      remedy:
        "Copy the Client Secret from the app's Basic Information, and set it with `latch integrations set-secret`.",
    },
    invalid_team_for_non_distributed_app: {
      meaning:
        'The user belongs to another workspace than the app, and the app is not distributed.',
      remedy: "Activate public distribution under Manage Distribution in the app's settings.",
    },
    invalid_code: {
      meaning:
        'Slack does not recognise the authorization code: it is older than 10 minutes, or was truncated.',
      remedy: NEW_LINK,
    },
    code_already_used: {
      meaning:
        "The authorization code was exchanged before latch did it: by a reload, a link preview or a prefetch that did not go through latch, or by another service with the app's secret.",
      remedy: `${NEW_LINK} If it happens again, make sure that no proxy in front of latch repeats requests.`,
    },
    invalid_code_verifier: {
      meaning:
        'The PKCE code verifier does not match the code challenge that was sent when the link was opened.',
      remedy: `${NEW_LINK} If it happens again, check that all latch processes have the same secret key.`,
    },
    invalid_refresh_token: {
      meaning:
        'Slack does not recognise the refresh token of the connection: it was used elsewhere, or the app was removed from the workspace.',
      remedy: 'Have the app installed in the workspace again, through a link that connects it.',
    },
    account_inactive: {
      meaning: 'The workspace was deleted, or the app or its user was removed from it.',
      remedy: 'Have the app installed in the workspace again, through a link that connects it.',
    },
    access_denied: {
      meaning:
        'The user chose Cancel at Slack, or the workspace requires an administrator to approve the app first.',
      remedy:
        'The same link can be opened again until it expires. If users clicked Allow, ask an administrator of the workspace to approve the app.',
    },
  },
}
