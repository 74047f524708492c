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

/** A type or an id of a context. */
export const contextWord = (example: string) =>
  Type.String({
    pattern: `^${WORD}$`,
    patternMessage: 'must be 1 to 100 letters, digits, hyphens or underscores',
    examples: [example],
  })

/** What something belongs to that is stored: keys of contexts, each `type:id`. */
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

/** What a request belongs to in the company's own terms: by type, an id, or an id with data. */
export const ContextPayload = Type.Record(
  contextWord('tenant'),
  Type.Union([
    contextWord('org-acme'),
    Type.Object(
      { id: contextWord('org-acme'), data: Type.Optional(ContextData) },
      { additionalProperties: true },
    ),
  ]),
  {
    minProperties: 1,
    // Or what has another name than a context may have would not be looked at.
    additionalProperties: false,
    // Refused by `readContexts`, in words of its own.
    described: { maxProperties: MAX_CONTEXTS },
    errorMessage: STRUCTURE,
    description:
      'What the link belongs to in your own terms: by type an id, or an id with data; at most 5.',
    examples: [{ key: 'org-acme' }],
  },
)
export type ContextPayload = Static<typeof ContextPayload>

/** The contexts of a request, sorted by key. */
export type NamedContexts = {
  kind: 'contexts'
  keys: readonly string[]
  contexts: readonly (Pick<Context, 'key' | 'type' | 'contextId'> & {
    /** Null where the caller gave none, and what is stored stays. */
    data: ContextData | null
  })[]
}

/** Reads the contexts of a request. Refuses too many, and too much data. */
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

/** Refuses data that is larger than 64 KB as JSON; null where it is not. */
export function refuseLargeData(type: string, data: ContextData): Invalid | null {
  const kilobytes = Buffer.byteLength(JSON.stringify(data)) / 1024
  if (kilobytes <= MAX_DATA_KB) return null
  const size = `${Math.ceil(kilobytes)}KB exceeds ${MAX_DATA_KB}KB limit`
  return refuse(`Context '${type}' data is too large: ${size}`)
}

const refuse = (message: string): Invalid => invalid({ context: { messages: [message] } })

type ContextDeps = Pick<Deps, 'store' | 'random' | 'clock'>

/** The writes by which contexts exist, with the data that came; where none came, what is stored stays. */
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

/** The writes by which contexts exist, for a caller that may not change those that do already. */
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

/** The contexts that a link carries by their keys, `type:id`. */
export function contextsOfKeys(keys: readonly string[]): NamedContexts {
  const contexts = keys.map((key) => {
    // Neither a type nor an id has a colon: see `contextWord`.
    const colon = key.lastIndexOf(':')
    return { key, type: key.slice(0, colon), contextId: key.slice(colon + 1), data: null }
  })
  return { kind: 'contexts', keys, contexts }
}
