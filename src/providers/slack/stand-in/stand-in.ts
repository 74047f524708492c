import type { StandIn } from '../../definition.ts'
import { SLACK_EXAMPLE } from '../example.ts'
import { createSlackSandbox } from './app.ts'
import { ACME, createSlackDirectory } from './directory.ts'

/** The app that the stand-in knows and the sandbox is seeded with. */
export const SLACK_APP = {
  clientId: '1000000000001.1000000000002',
  clientSecret: 'sandbox-client-secret',
} as const

export const slackStandIn: StandIn = {
  seed: {
    credentials: { clientId: SLACK_APP.clientId, secretKey: SLACK_APP.clientSecret },
    connection: {
      identifier: SLACK_EXAMPLE.connectionIdentifier,
      workspace: ACME,
      accessToken: 'xoxb-sandbox',
    },
  },
  create: ({ url, redirectUri, ...deps }) =>
    createSlackSandbox({
      ...deps,
      directory: createSlackDirectory({ ...SLACK_APP, redirectUri }),
      issuer: () => url,
    }),
}
