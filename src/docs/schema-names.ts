import { type TSchema, TypeGuard } from '@sinclair/typebox'

/** Named schemas, collected while a document is generated. */
export type SchemaNames = {
  /** The schema as it appears in a document: a reference where it has a title. */
  use(schema: TSchema | object): object
  /** All named schemas, sorted by name. */
  all(): Record<string, object>
}

/** Schema properties that only latch's own validation uses; not published. */
const HINTS = new Set(['emptyMessage', 'errorMessage', 'described'])

/** A schema with a title becomes a component, described once. */
export function createSchemaNames(): SchemaNames {
  const named = new Map<string, object>()

  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plain)
    if (typeof value !== 'object' || value === null) return value
    const choices = choicesOf(value)
    if (choices !== null) return { ...without(choices.rest), type: 'string', enum: choices.texts }
    return 'title' in value && typeof value.title === 'string' && 'type' in value
      ? reference(value, value.title)
      : without(value)
  }
  const without = (value: object): object =>
    Object.fromEntries(
      // `described`: constraints beyond the schema, enforced by a rule.
      Object.entries({ ...value, ...('described' in value && Object(value.described)) })
        .filter(([name]) => !HINTS.has(name))
        // Examples are copied verbatim: one of them may look like a schema.
        .map(([name, inner]) => [
          // A discriminated union matches exactly one branch.
          name === 'anyOf' && 'discriminator' in value ? 'oneOf' : name,
          name === 'examples' ? inner : plain(inner),
        ]),
    )
  const reference = (value: object, title: string): object => {
    if (!named.has(title)) {
      named.set(title, {})
      named.set(title, without(value))
    }
    return { $ref: `#/components/schemas/${title}` }
  }

  return {
    use: (schema) => Object(plain(schema)) as object,
    all: () =>
      Object.fromEntries([...named].sort(([left], [right]) => left.localeCompare(right, 'en'))),
  }
}

/** A union of string constants in TypeBox, which readers expect as an `enum`. */
function choicesOf(schema: object): { rest: object; texts: string[] } | null {
  if (!TypeGuard.IsUnion(schema)) return null
  const { anyOf, ...rest } = schema
  const texts = anyOf.flatMap(({ const: text }) => (typeof text === 'string' ? [text] : []))
  return texts.length === anyOf.length ? { rest, texts } : null
}
