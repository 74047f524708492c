import { type Static, Type } from '@sinclair/typebox'
import { openObject } from '../../http/open-object.ts'
import type { Providers } from '../../providers/create-providers.ts'
import { ownCredentials } from '../../providers/declared.ts'
import { EXAMPLE } from '../../providers/example.ts'

const CREATE = {
  providerId: Type.String({ minLength: 1, examples: [EXAMPLE.providerId] }),
  channel: Type.Literal('chat', {
    whenWrong: 'channel must be one of the following values: chat',
  }),
  name: Type.Optional(Type.String({ minLength: 1, examples: [EXAMPLE.name] })),
  identifier: Type.Optional(
    Type.String({ minLength: 1, examples: [EXAMPLE.integrationIdentifier] }),
  ),
  _environmentId: Type.Optional(Type.String()),
  active: Type.Optional(Type.Boolean()),
}
const UPDATE = {
  name: Type.Optional(Type.String({ minLength: 1 })),
  identifier: Type.Optional(Type.String({ minLength: 1 })),
  _environmentId: Type.Optional(Type.String()),
  active: Type.Optional(Type.Boolean()),
}

/** What latch itself reads of an integration's credentials, whichever provider it is of. */
const APP = {
  clientId: Type.Optional(Type.String({ description: "The app's client id." })),
  secretKey: Type.Optional(Type.String({ description: "The app's client secret." })),
}
const USE = {
  redirectUrl: Type.Optional(
    Type.String({
      description:
        'Where users are sent when a link has ended, in place of a page of latch: exactly this, ' +
        'with `status` (`linked`, `connected` or `error`) and `error` (a code) added.',
    }),
  ),
  openerOrigin: Type.Optional(
    Type.String({
      description:
        'The origin of the page that opens links in a popup: it is told of the end by ' +
        '`postMessage` with `{source: "latch", status, error}`.',
    }),
  ),
  binding: Type.Optional(
    Type.Literal('cookie', {
      whenWrong: 'credentials.binding must be one of the following values: cookie',
      description:
        '`cookie`: only the browser that opens a link may complete it. Links then lead through ' +
        'latch first. Leave it out where links are opened by other means than a browser.',
    }),
  ),
  hmac: Type.Optional(Type.Boolean({ description: 'Take a context only with its `contextHash`.' })),
}

/** The bodies that create and change integrations: credentials are those of all the providers. */
export function integrationBodies(providers: Providers) {
  const credentials = openObject({ ...APP, ...ownCredentials(providers), ...USE })
  return {
    create: openObject(
      { ...CREATE, credentials: Type.Optional(credentials) },
      { title: 'CreateIntegrationRequestDto' },
    ),
    update: openObject(
      { ...UPDATE, credentials: Type.Optional(credentials) },
      { title: 'UpdateIntegrationRequestDto' },
    ),
  }
}
type Bodies = ReturnType<typeof integrationBodies>
export type IntegrationBody = Static<Bodies['create']>
export type UpdateIntegrationBody = Static<Bodies['update']>

/** As Novu gives it to an API key: without its credentials. */
export const IntegrationAnswer = Type.Object(
  {
    _id: Type.String(),
    _environmentId: Type.String(),
    _organizationId: Type.String(),
    name: Type.String(),
    identifier: Type.String(),
    providerId: Type.String(),
    channel: Type.String(),
    active: Type.Boolean(),
    deleted: Type.Boolean({ description: 'Always false.' }),
    primary: Type.Boolean({ description: 'Always false: chat has no primary integration.' }),
    conditions: Type.Array(Type.Unknown()),
  },
  { title: 'IntegrationResponseDto' },
)
export type IntegrationAnswer = Static<typeof IntegrationAnswer>

export const IntegrationParams = Type.Object({
  integrationId: Type.String({
    pattern: '^[0-9a-fA-F]{24}$',
    whenWrong: 'integrationId must be a mongodb id',
    description: 'The `_id` of an integration.',
  }),
})

export const IntegrationList = Type.Object(
  {
    data: Type.Array(
      Type.Composite([
        IntegrationAnswer,
        Type.Object({
          credentials: Type.Object({}, { description: 'Always empty: an API key gets none back.' }),
        }),
      ]),
    ),
  },
  { title: 'ListIntegrationsResponseDto' },
)
export type IntegrationList = Static<typeof IntegrationList>
