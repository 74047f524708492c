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
        '`waiting`: nobody has come back yet. `opened`: the same, and somebody opened it, which is known ' +
        "only of links that begin at latch's own page (`binding`). `linked` and `connected`: it was " +
        'completed, for a user or for a workspace. `failed`: an attempt failed, and none went well. ' +
        '`expired`: nobody came back in time.',
    }),
    usable: Type.Boolean({ description: 'Whether it can still be completed.' }),
    createdAt: Type.String({ format: 'date-time' }),
    expiresAt: Type.String({ format: 'date-time' }),
    openedAt: time('When it was opened first, where that is known.'),
    endedAt: time('When it was completed, or the last attempt failed.'),
    integrationIdentifier: text(
      'The integration; null while nobody has opened it or come back, as nothing is stored until then.',
    ),
    providerId: text('The same for the provider.'),
    subscriberId: text('The same for the subscriber.'),
    contextKeys: Type.Union([Type.Array(Type.String()), Type.Null()], {
      description: 'The same for the contexts.',
    }),
    connectionIdentifier: text('The connection that was stored, or that the user is linked in.'),
    endpointIdentifier: text('The endpoint that was stored.'),
    nextLinkId: text('With `autoLinkUser`: the link by which whoever connected is linked too.'),
    reason: text(
      'Why it failed, or what is still missing of it; null where all is well. Stable words, for programs.',
    ),
    providerError: text('What the provider said: its codes alone.'),
    explanation: text('The reason in plain words.'),
    remedy: text('What to do about it.'),
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
        'By the id that came with the link, in `Latch-Link-Id`. The id says nothing of the link to anybody ' +
        'else, and opens nothing. What is told of a link is kept as long as events are; afterwards it is ' +
        '`expired`.',
      tag: LINKS,
      access: 'read',
      limit: 'configuration',
      params: Type.Object({ id: Type.String({ minLength: 1, examples: [EXAMPLE_ID] }) }),
      responses: {
        200: { description: 'The link', schema: LinkResponse },
        404: { description: 'No id of a link, or of one in another environment' },
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
  nextLinkId: link.nextLinkId,
  reason: why?.reason ?? null,
  providerError: why?.providerError ?? null,
  explanation: why?.meaning ?? null,
  remedy: why?.remedy ?? null,
})
