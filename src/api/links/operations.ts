import type { Operation } from '../../http/operation.ts'
import { EXAMPLE } from '../../providers/example.ts'
import { OAuthUrl } from './model.ts'

const answer: Operation['answer'] = {
  status: 201,
  description: 'The link',
  schema: OAuthUrl,
}

/** Who is missing, in Novu's order (novu-behaviour §2.3). */
const errors: Operation['errors'] = {
  404: 'No such integration, subscriber or connection, or the integration has no client id',
}

export const linkUserOperation: Operation = {
  operationId: 'IntegrationsController_generateLinkUserOAuthUrl',
  summary: 'Generate OAuth URL to link a subscriber user identity',
  description:
    'Makes the URL at which a subscriber consents to be linked to their Slack or Microsoft Teams ' +
    'identity. Send them there in a browser; when they have consented, a channel endpoint of type ' +
    '`slack_user` or `ms_teams_user` is stored. The URL works once, for 5 minutes.\n\n' +
    'Slack: `identity.basic` is asked for, as at Novu. Apps made today cannot have it; with ' +
    '`openid` among `userScope`, Sign in with Slack is used instead.',
  tags: ['Links'],
  access: 'api_key',
  answer,
  errors,
  example: {
    subscriberId: 'subscriber-123',
    integrationIdentifier: EXAMPLE.integrationIdentifier,
    connectionIdentifier: EXAMPLE.connectionIdentifier,
    context: { key: 'org-acme' },
    userScope: ['identity.basic'],
  },
  sdk: 'integrations.generateLinkUserOAuthUrl($body)',
}

export const connectOperation: Operation = {
  operationId: 'IntegrationsController_generateConnectOAuthUrl',
  summary: 'Generate OAuth URL for a workspace/tenant connection',
  description:
    'Makes the URL at which an administrator connects their workspace: installs your app in Slack, ' +
    'or consents to it in Microsoft Entra. A channel connection is stored when they have. The URL ' +
    'works once, for 5 minutes.',
  tags: ['Links'],
  access: 'api_key',
  answer,
  errors,
  example: {
    integrationIdentifier: EXAMPLE.integrationIdentifier,
    subscriberId: 'subscriber-123',
    connectionMode: 'subscriber',
    autoLinkUser: true,
  },
  sdk: 'integrations.generateConnectOAuthUrl($body)',
}

export const chatOAuthOperation: Operation = {
  operationId: 'IntegrationsController_getChatOAuthUrl',
  summary: 'Generate chat OAuth URL',
  description:
    'Either of the two operations that took its place, by `mode`: `link_user`, or `connect` where ' +
    'it is left out.',
  tags: ['Links'],
  deprecated: true,
  access: 'api_key',
  answer,
  errors,
  example: {
    integrationIdentifier: EXAMPLE.integrationIdentifier,
    subscriberId: 'subscriber-123',
    mode: 'link_user',
  },
  sdk: 'integrations.generateChatOAuthUrl($body)',
}
