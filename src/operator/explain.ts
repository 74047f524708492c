import { type Static, Type } from '@sinclair/typebox'
import { requestIdOf } from '../domain/links/link-events.ts'
import { type FoundLink, lookUp } from '../domain/links/look-up.ts'
import {
  type ExplainedReason,
  explainEvent,
  LinkState,
  NOT_COMPLETED,
} from '../domain/links/status.ts'
import type { Provider } from '../providers/provider.ts'
import type { StoredEvent } from '../store/events/read-events.ts'
import { defineAction } from './action.ts'

const OptionalText = Type.Union([Type.String(), Type.Null()])

/** A reason in plain words, and the provider's own error. */
const Explained = Type.Object({
  reason: Type.String(),
  providerError: OptionalText,
  meaning: Type.String(),
  remedy: Type.String(),
})

/** One event in the life of a link. */
const Step = Type.Object({
  at: Type.String(),
  /** `made`, `expired`, or the type of the event. */
  what: Type.String(),
  /** The identifier of the endpoint or connection that was stored. */
  stored: OptionalText,
  requestId: OptionalText,
  why: Type.Union([Explained, Type.Null()]),
})
type Step = Static<typeof Step>

const ExplainedLink = Type.Object({
  id: Type.String(),
  environmentId: Type.String(),
  environment: OptionalText,
  status: LinkState,
  usable: Type.Boolean(),
  expiresAt: Type.String(),
  integration: OptionalText,
  provider: OptionalText,
  subscriberId: OptionalText,
  steps: Type.Array(Step),
  /** The cause of a problem; null if there is none. */
  why: Type.Union([Explained, Type.Null()]),
})
export type ExplainedLink = Static<typeof ExplainedLink>

/** Explains a link, found by its id, a reference or a request id; or explains an error code. */
export const explainAction = defineAction({
  name: 'explain',
  input: Type.Object({ text: Type.String({ minLength: 1, maxLength: 200 }) }),
  output: Type.Object({
    links: Type.Array(ExplainedLink),
    /** The meaning of the input, if it is an error code. */
    code: Type.Union([Type.Object({ meaning: Type.String(), remedy: Type.String() }), Type.Null()]),
  }),
  run: async (context, { text }) => {
    const found = await lookUp(context, text)
    switch (found.kind) {
      case 'links':
        return { links: found.links.map((one) => explainLink(one, context.clock())), code: null }
      case 'code':
        return { links: [], code: found.explanation }
      case 'nothing':
        return { links: [], code: null }
    }
  },
})

const iso = (ms: number): string => new Date(ms).toISOString()

const explainLink = (
  { environment, environmentId, link }: FoundLink,
  nowMs: number,
): ExplainedLink => ({
  id: link.id,
  environmentId,
  environment: environment?.name ?? null,
  status: link.status,
  usable: link.isUsable,
  expiresAt: iso(link.expiresAtMs),
  integration: link.integration?.identifier ?? null,
  provider: link.provider?.name ?? null,
  subscriberId: link.subscriberId,
  steps: [
    step(link.createdAtMs, 'made'),
    ...link.events.map((event) => stepOf(event, link.provider)),
    ...(nowMs > link.expiresAtMs ? [step(link.expiresAtMs, 'expired')] : []),
  ].sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0)),
  why: link.status === 'waiting' || link.status === 'opened' ? NOT_COMPLETED : link.why,
})

const step = (atMs: number, what: string, more: Partial<Step> = {}): Step => ({
  at: iso(atMs),
  what,
  stored: null,
  requestId: null,
  why: null,
  ...more,
})

/** Events after which what they are about is stored. */
const STORING: ReadonlySet<string> = new Set([
  'endpoint.linked',
  'connection.installed',
  'connection.created',
])

function stepOf(event: StoredEvent, provider: Provider | undefined): Step {
  const [, identifier = ''] = event.subject.split(/:(.*)/s)
  const why: ExplainedReason | null = explainEvent(provider, event)
  return step(event.atMs, event.type, {
    stored: STORING.has(event.type) ? identifier : null,
    requestId: requestIdOf(event),
    why,
  })
}
