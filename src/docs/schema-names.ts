import { type TSchema, TypeGuard } from '@sinclair/typebox'

/** Schemas that are used by name, collected while a document is made. */
export type SchemaNames = {
  /** The schema as it stands in a document: a reference where it has a title. */
  use(schema: TSchema | object): object
  /** Those that were named, sorted. */
  all(): Record<string, object>
}

/** What schemas tell latch's own validation, and no reader. */
const HINTS = new Set(['whenEmpty', 'whenWrong', 'described'])

/** A title makes a schema a component of its own, described once. */
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
      // `described`: what a rule demands beyond the schema.
      Object.entries({ ...value, ...('described' in value && Object(value.described)) })
        .filter(([name]) => !HINTS.has(name))
        // Examples are what they are: one of them may look like a schema.
        .map(([name, inner]) => [
          // Of choices that a property tells apart, one alone fits.
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

/** A choice of texts, which TypeBox has as a union of constants and readers expect as an `enum`. */
function choicesOf(schema: object): { rest: object; texts: string[] } | null {
  if (!TypeGuard.IsUnion(schema)) return null
  const { anyOf, ...rest } = schema
  const texts = anyOf.flatMap(({ const: text }) => (typeof text === 'string' ? [text] : []))
  return texts.length === anyOf.length ? { rest, texts } : null
}
