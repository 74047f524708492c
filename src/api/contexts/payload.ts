import { type Static, Type } from '@sinclair/typebox'
import { invalid } from '../../http/api-error.ts'
import { openObject } from '../../http/open-object.ts'
import type { Context } from '../../store/contexts/contexts.ts'

const STRUCTURE =
  'Invalid context payload structure. Expected object with context types as keys and string IDs ' +
  'or {id, data} objects as values'
const MAX_CONTEXTS = 5
const MAX_DATA_KB = 64

const ContextId = Type.String({ pattern: '^[A-Za-z0-9_-]{1,100}$', examples: ['org-acme'] })

/** What the link belongs to in the company's own terms: by type, an id, or an id with data. */
export const ContextPayload = Type.Record(
  Type.String(),
  Type.Union([
    ContextId,
    openObject({
      id: ContextId,
      data: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    }),
  ]),
  {
    minProperties: 1,
    whenWrong: STRUCTURE,
    description:
      'What the link belongs to in your own terms: by type an id, or an id with data; at most 5.',
    examples: [{ key: 'org-acme' }],
  },
)
export type ContextPayload = Static<typeof ContextPayload>

export type NamedContext = Pick<Context, 'key' | 'type' | 'contextId'> & {
  /** Null where the caller gave none, and what is stored stays. */
  data: Record<string, unknown> | null
}

/** The contexts of a request, sorted by key. Throws 422 for too many, or for too much data. */
export function readContexts(payload: ContextPayload | undefined): NamedContext[] {
  const entries = Object.entries(payload ?? {})
  if (entries.length > MAX_CONTEXTS) {
    refuse(`Too many contexts: ${entries.length} provided, maximum allowed is ${MAX_CONTEXTS}`)
  }
  return entries
    .map(([type, value]) => {
      const { id, data = null } = typeof value === 'string' ? { id: value } : value
      if (data !== null) refuseMuchData(type, data)
      return { key: `${type}:${id}`, type, contextId: id, data }
    })
    .sort((left, right) => left.key.localeCompare(right.key, 'en'))
}

/** Throws 422 for data that is larger than 64 KB as JSON. */
export function refuseMuchData(type: string, data: Readonly<Record<string, unknown>>): void {
  const kilobytes = Buffer.byteLength(JSON.stringify(data)) / 1024
  if (kilobytes <= MAX_DATA_KB) return
  const size = `${Math.ceil(kilobytes)}KB exceeds ${MAX_DATA_KB}KB limit`
  refuse(`Context '${type}' data is too large: ${size}`)
}

function refuse(message: string): never {
  throw invalid({ context: { messages: [message] } })
}
