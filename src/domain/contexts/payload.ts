import { type Static, Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.ts'
import type { Context } from '../../store/contexts/contexts.ts'
import { freshRow } from '../../store/fresh-row.ts'
import type { Write } from '../../store/writer/writes.ts'
import { type Invalid, invalid } from '../shape.ts'

const STRUCTURE =
  'Invalid context payload structure. Expected object with context types as keys and string IDs ' +
  'or {id, data} objects as values'
const MAX_CONTEXTS = 5
const MAX_DATA_KB = 64

const WORD = '[A-Za-z0-9_-]{1,100}'

/** A context's type or id. */
export const contextTypeOrId = (example: string) =>
  Type.String({
    pattern: `^${WORD}$`,
    patternMessage: 'must be 1 to 100 letters, digits, hyphens or underscores',
    examples: [example],
  })

/** The keys of the contexts that a stored record belongs to, each `type:id`. */
export const ContextKeys = Type.Array(Type.String({ pattern: `^${WORD}:${WORD}$` }), {
  maxItems: MAX_CONTEXTS,
  uniqueItems: true,
  errorMessage:
    `contextKeys must be at most ${MAX_CONTEXTS} different keys of contexts, type:id, each of 1 to ` +
    '100 letters, digits, hyphens or underscores',
})

export const ContextData = Type.Record(Type.String(), Type.Unknown(), {
  examples: [{ name: 'Acme Corp' }],
})
export type ContextData = Static<typeof ContextData>

/**
 * The contexts of a request, in the company's own terms: for each type an id, or an id with data.
 */
export const ContextPayload = Type.Record(
  contextTypeOrId('tenant'),
  Type.Union([
    contextTypeOrId('org-acme'),
    Type.Object(
      { id: contextTypeOrId('org-acme'), data: Type.Optional(ContextData) },
      { additionalProperties: true },
    ),
  ]),
  {
    minProperties: 1,
    // Otherwise properties whose names are not valid context types would be ignored.
    additionalProperties: false,
    // Enforced by `readContexts`, with Novu's message.
    described: { maxProperties: MAX_CONTEXTS },
    errorMessage: STRUCTURE,
    description:
      'What the link belongs to, in your own terms: for each type an id, or an id with data; at most 5.',
    examples: [{ key: 'org-acme' }],
  },
)
export type ContextPayload = Static<typeof ContextPayload>

/** The contexts of a request, sorted by key. */
export type NamedContexts = {
  kind: 'contexts'
  keys: readonly string[]
  contexts: readonly (Pick<Context, 'key' | 'type' | 'contextId'> & {
    /** Null if the caller sent none: the stored data is then kept. */
    data: ContextData | null
  })[]
}

/** Parses the contexts of a request. Refuses too many contexts, and data that is too large. */
export function readContexts(payload: ContextPayload | undefined): NamedContexts | Invalid {
  const entries = Object.entries(payload ?? {})
  if (entries.length > MAX_CONTEXTS) {
    return refuse(
      `Too many contexts: ${entries.length} provided, maximum allowed is ${MAX_CONTEXTS}`,
    )
  }
  const contexts = entries
    .map(([type, value]) => {
      const { id, data = null } = typeof value === 'string' ? { id: value } : value
      return { key: `${type}:${id}`, type, contextId: id, data }
    })
    .sort((left, right) => left.key.localeCompare(right.key, 'en'))
  for (const { type, data } of contexts) {
    const problem = data === null ? null : refuseLargeData(type, data)
    if (problem !== null) return problem
  }
  return { kind: 'contexts', keys: contexts.map(({ key }) => key), contexts }
}

/** Refuses data larger than 64 KB as JSON; otherwise returns null. */
export function refuseLargeData(type: string, data: ContextData): Invalid | null {
  const kilobytes = Buffer.byteLength(JSON.stringify(data)) / 1024
  if (kilobytes <= MAX_DATA_KB) return null
  const size = `${Math.ceil(kilobytes)}KB exceeds ${MAX_DATA_KB}KB limit`
  return refuse(`Context '${type}' data is too large: ${size}`)
}

const refuse = (message: string): Invalid => invalid({ context: { messages: [message] } })

type ContextDeps = Pick<Deps, 'store' | 'random' | 'clock'>

/** The writes that create contexts, or update those for which data was sent. */
export const contextWrites = (
  deps: ContextDeps,
  environmentId: string,
  { contexts }: NamedContexts,
): Write[] =>
  contexts.map((context) => {
    const row = newContext(deps, environmentId, context)
    const { insertIfMissing, upsert } = deps.store.contexts
    return context.data === null ? insertIfMissing(row) : upsert(row)
  })

/** The writes that create missing contexts, for a caller that may not change existing ones. */
export const missingContextWrites = (
  deps: ContextDeps,
  environmentId: string,
  { contexts }: NamedContexts,
): Write[] =>
  contexts.map((context) =>
    deps.store.contexts.insertIfMissing(newContext(deps, environmentId, context)),
  )

const newContext = (
  deps: ContextDeps,
  environmentId: string,
  { data, ...context }: NamedContexts['contexts'][number],
): Context => ({ ...freshRow(deps, environmentId), ...context, data: data ?? {} })

/** The contexts of a link, which carries only their keys, `type:id`. */
export function contextsOfKeys(keys: readonly string[]): NamedContexts {
  const contexts = keys.map((key) => {
    // Neither a type nor an id contains a colon: see `contextTypeOrId`.
    const colon = key.lastIndexOf(':')
    return { key, type: key.slice(0, colon), contextId: key.slice(colon + 1), data: null }
  })
  return { kind: 'contexts', keys, contexts }
}
