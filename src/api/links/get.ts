import { type Static, Type } from '@sinclair/typebox'
import { findLinkStatus, LinkState, type LinkStatus } from '../../domain/links/status.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { notFound } from '../../http/api-error.ts'
import { declares } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import { LINKS } from './response.ts'

const EXAMPLE_ID = 'lnk_0mi2c9q3k4fZr0XuVq1mW8aTe008cK7dQ2xPz_9sA'

const text = (description: string) => Type.Union([Type.String(), Type.Null()], { description })
const time = (description: string) =>
  Type.Union([Type.String({ format: 'date-time' }), Type.Null()], { description })

const LinkResponse = Type.Object(
  {
    id: Type.String({ examples: [EXAMPLE_ID] }),
    status: Type.Union(LinkState.anyOf, {
      description:
        '`waiting`: no user has returned from the provider yet. `opened`: the same, but the link was ' +
        "opened, which is known only of links that begin at latch's own page (`binding`). `linked` and " +
        '`connected`: completed, for a user or for a workspace. `failed`: at least one attempt failed, ' +
        'and none succeeded. `expired`: no user returned in time.',
    }),
    usable: Type.Boolean({ description: 'Whether the link can still be completed.' }),
    createdAt: Type.String({ format: 'date-time' }),
    expiresAt: Type.String({ format: 'date-time' }),
    openedAt: time('When the link was first opened, if known.'),
    endedAt: time('When the link was completed, or the last attempt failed.'),
    integrationIdentifier: text(
      'The integration. Null until a user opens the link or returns, because nothing is stored before.',
    ),
    providerId: text('The provider; null as for the integration.'),
    subscriberId: text('The subscriber; null as for the integration.'),
    contextKeys: Type.Union([Type.Array(Type.String()), Type.Null()], {
      description: 'The contexts; null as for the integration.',
    }),
    connectionIdentifier: text(
      'The connection that was stored, or through which the user was linked.',
    ),
    endpointIdentifier: text('The endpoint that was stored.'),
    verification: text(
      'How it was verified that the chat user is the subscriber: `session`, `confirm` or `none`. Null if ' +
        'nobody was linked.',
    ),
    nextLinkId: text(
      'Of links that an earlier version of latch completed, with `autoLinkUser`: the link that then ' +
        'linked the person who connected. Null for others.',
    ),
    reason: text(
      'Why the link failed, or what is still missing; null if nothing is. A stable code for programs.',
    ),
    providerError: text("The provider's error codes, without its other text."),
    explanation: text('The reason in plain English.'),
    remedy: text('How to fix it.'),
  },
  { title: 'LinkResponseDto' },
)

export const getLink = (deps: ApiDeps) => (app: Api) =>
  app.get(
    '/v1/links/:id',
    async ({ params: { id }, caller }) => {
      const found = await findLinkStatus(deps, caller.environmentId, id)
      if (found.kind === 'link_not_found') throw notFound(found.kind, `Link not found: ${id}`)
      return presentLink(found)
    },
    declares({
      operationId: 'LinksController_getLink',
      summary: 'Retrieve what became of a link',
      description:
        'Returns a link by its id, which was in the `Latch-Link-Id` header when it was created. The id ' +
        'gives no access, and reveals nothing about the link. The details are kept as long as events ' +
        'are; afterwards, the link is `expired`.',
      tag: LINKS,
      access: 'read',
      limit: 'configuration',
      params: Type.Object({ id: Type.String({ minLength: 1, examples: [EXAMPLE_ID] }) }),
      responses: {
        200: { description: 'The link', schema: LinkResponse },
        404: { description: 'Not the id of a link in this environment' },
      },
    }),
  )

const isoOrNull = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString()

const presentLink = ({ integration, why, ...link }: LinkStatus): Static<typeof LinkResponse> => ({
  id: link.id,
  status: link.status,
  usable: link.isUsable,
  createdAt: new Date(link.createdAtMs).toISOString(),
  expiresAt: new Date(link.expiresAtMs).toISOString(),
  openedAt: isoOrNull(link.openedAtMs),
  endedAt: isoOrNull(link.endedAtMs),
  integrationIdentifier: integration?.identifier ?? null,
  providerId: integration?.providerId ?? null,
  subscriberId: link.subscriberId,
  contextKeys: link.contextKeys === null ? null : [...link.contextKeys],
  connectionIdentifier: link.connectionIdentifier,
  endpointIdentifier: link.endpointIdentifier,
  verification: link.verification,
  nextLinkId: link.nextLinkId,
  reason: why?.reason ?? null,
  providerError: why?.providerError ?? null,
  explanation: why?.meaning ?? null,
  remedy: why?.remedy ?? null,
})
