import { Type } from '@sinclair/typebox'
import type { Operation } from '../../http/operation.ts'

/** Told to readers alone: what comes is read by hand, as a parameter that comes twice is refused. */
export const callbackOperation: Operation = {
  operationId: 'IntegrationsController_getChatOAuthCallback',
  summary: 'Where the provider sends the user back',
  description:
    'Register this address at Slack or Microsoft Entra as the redirect URL. A browser gets a page, ' +
    'others get an `ErrorDto` where something went wrong. A link that was completed shows the same ' +
    'outcome however often its address is opened.',
  tags: ['Links'],
  access: 'none',
  answer: {
    status: 200,
    description: 'A page that says what became of the link',
    schema: null,
    contentType: 'text/html',
  },
  errors: {
    204: 'A prefetch or a preview: nothing is spent',
    302: "To the integration's `redirectUrl`, where it has one",
    400: 'Refused: cancelled, no valid state, or a code that the provider does not take',
    404: 'The integration, subscriber or connection is gone',
    409: 'The user came from another workspace than the one expected',
    502: 'The provider does not answer',
  },
  queryParameters: Type.Object({
    state: Type.String({ description: 'As it was sent to the provider.' }),
    code: Type.Optional(Type.String({ description: 'The authorization code.' })),
    error: Type.Optional(Type.String({ description: 'RFC 6749 §4.1.2.1' })),
    error_description: Type.Optional(Type.String()),
    tenant: Type.Optional(Type.String({ description: 'Entra, at admin consent.' })),
    admin_consent: Type.Optional(Type.String({ description: 'Entra, at admin consent.' })),
  }),
}
