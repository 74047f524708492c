import { FormatRegistry, type Static, type TSchema, TypeGuard } from '@sinclair/typebox'
import { type TypeCheck, TypeCompiler, ValueErrorType } from '@sinclair/typebox/compiler'

/** What is wrong with one field, and what came. */
export type FieldError = { readonly messages: readonly string[]; readonly value?: unknown }

/** An input that does not have its shape, with every field that is wrong, by name. */
export type Invalid = { kind: 'invalid'; fields: Readonly<Record<string, FieldError>> }

/** A refusal of single fields, for rules that a schema cannot express. */
export const invalid = (fields: Readonly<Record<string, FieldError>>): Invalid => ({
  kind: 'invalid',
  fields,
})

/** Reads untyped input: the value under its type, or every field that is wrong with it. */
export type Shape<Schema extends TSchema> = {
  schema: Schema
  read(value: unknown): { kind: 'valid'; value: Static<Schema> } | Invalid
}

/**
 * The shape of an input, by its schema. Every door reads with the same one: the API, a command, an
 * import, a callback. It also refuses text that would be read back as another, so that two different
 * names look like one: SQLite cuts it off at U+0000, and UTF-8 has no form for half of a surrogate
 * pair, in whose place U+FFFD is stored.
 */
export function createShape<Schema extends TSchema>(schema: Schema): Shape<Schema> {
  // Compiled for the first input: to compile all of them at once would take a tenth of the start.
  let checker: TypeCheck<Schema> | undefined
  return {
    schema,
    read(value) {
      checker ??= compile(schema)
      if (!checker.Check(value)) return invalidFields(checker, value)
      return unstorableIn(value) === null ? { kind: 'valid', value } : unstorableFields(value)
    },
  }
}

/**
 * TypeBox looks formats up in a registry of the whole process, and refuses those that it does not
 * have. Elysia fills it, with a laxer meaning; a command may not have loaded Elysia.
 */
function compile<Schema extends TSchema>(schema: Schema): TypeCheck<Schema> {
  FormatRegistry.Set('date-time', isIso8601)
  return TypeCompiler.Compile(schema)
}

/** A date of ISO 8601, or a date and a time with its distance from UTC. */
const isIso8601 = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text) &&
  !Number.isNaN(Date.parse(text))

/** The messages of a refusal in one line, for doors that have no fields to show. */
export const inOneLine = ({ fields }: Invalid): string =>
  Object.values(fields)
    .flatMap(({ messages }) => messages)
    .join('; ')

/** What is wrong with a text that the database would not give back as it came; null: nothing. */
function unstorable(text: string): string | null {
  if (text.includes('\0')) return 'must not contain the character U+0000'
  return text.isWellFormed() ? null : 'must be well-formed Unicode, without lone surrogates'
}

/** The same of any value: the names and texts in it. */
function unstorableIn(value: unknown): string | null {
  if (typeof value === 'string') return unstorable(value)
  if (typeof value !== 'object' || value === null) return null
  for (const name in value) {
    const problem = unstorable(name) ?? unstorableIn(Reflect.get(value, name))
    if (problem !== null) return problem
  }
  return null
}

function unstorableFields(value: unknown): Invalid {
  const found = isRecord(value)
    ? unstorableProperties(value)
    : [{ name: 'value', problem: unstorableIn(value) ?? '' }]
  return invalid(
    Object.fromEntries(
      found.map(({ name, problem }) => {
        const shown = name.replaceAll('\0', '\\u0000').toWellFormed()
        return [shown, { messages: [`${shown} ${problem}`] }]
      }),
    ),
  )
}

/** Where it is: a nested object by its own fields, a list as a whole. */
const unstorableProperties = (
  record: Record<string, unknown>,
): { name: string; problem: string }[] =>
  Object.entries(record).flatMap(([name, value]) => {
    const ofName = unstorable(name)
    if (ofName !== null) return [{ name, problem: ofName }]
    if (isRecord(value)) {
      return unstorableProperties(value).map((inner) => ({
        ...inner,
        name: `${name}.${inner.name}`,
      }))
    }
    const problem = unstorableIn(value)
    return problem === null ? [] : [{ name, problem }]
  })

/** One error as TypeBox finds it. */
type SchemaError = { type: ValueErrorType; path: string; schema: TSchema; value: unknown }

/** What a schema can say of itself, beside JSON Schema's own words. */
type Hints = {
  /** The message for an empty string; also told when the property is missing. */
  emptyMessage?: string
  /** The one message for whatever is wrong in here. */
  errorMessage?: string
  /** What a string that does not match its pattern must be; it follows the name of its field. */
  patternMessage?: string
}

const hint = (schema: TSchema, name: keyof Hints): string | undefined => {
  const text: unknown = schema[name]
  return typeof text === 'string' ? text : undefined
}

/**
 * Every offending field at once, keyed by its name, in the words of Novu's validator
 * (class-validator), which clients and their tests know.
 */
export function invalidFields(validator: TypeCheck<TSchema>, value: unknown): Invalid {
  // No body, or one that is no object, lacks every field: it is told which ones.
  const body = isRecord(value) ? value : {}
  const fields = new Map<string, { messages: string[]; value?: unknown }>()
  for (const error of validator.Errors(body)) {
    const { name, path, messages } = fieldOf(validator.Schema(), error)
    const came = path.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), body)
    const field = fields.get(name) ?? {
      messages: [],
      ...(came !== undefined && { value: presentable(came) }),
    }
    field.messages.push(...messages.filter((text) => !field.messages.includes(text)))
    fields.set(name, field)
  }
  return invalid(Object.fromEntries(fields))
}

/** The contract's `value` has no room for lists in lists: those inside are given as their JSON. */
const presentable = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map((item: unknown) => (Array.isArray(item) ? JSON.stringify(item) : item))
    : value

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Which field an error is told under: a list as a whole, a nested object by its own field. */
function fieldOf(
  root: TSchema,
  error: SchemaError,
): { name: string; path: string[]; messages: string[] } {
  const segments = error.path.split('/').slice(1).map(unescapePointer)
  const [top = 'body'] = segments
  const whole = wholeOf(root, segments)
  if (whole !== null) {
    return { name: whole.path.join('.'), path: whole.path, messages: [whole.message] }
  }
  const index = segments.findIndex((segment) => /^\d+$/.test(segment))
  const path = index === -1 ? segments : segments.slice(0, index)
  const name = path.join('.') || top
  return { name, path, messages: messagesFor(name, error, index !== -1) }
}

/** The outermost property on the way to an error that has one message for whatever is wrong in it. */
function wholeOf(
  root: TSchema,
  segments: readonly string[],
): { path: string[]; message: string } | null {
  let schema: unknown = root
  for (const [index, segment] of segments.entries()) {
    schema = TypeGuard.IsSchema(schema) ? schema['properties']?.[segment] : undefined
    if (!TypeGuard.IsSchema(schema)) return null
    const message = hint(schema, 'errorMessage')
    if (message !== undefined) return { path: segments.slice(0, index + 1), message }
  }
  return null
}

/** RFC 6901 §4. */
const unescapePointer = (text: string): string => text.replaceAll('~1', '/').replaceAll('~0', '~')

function messagesFor(
  name: string,
  { type, schema, value }: SchemaError,
  inArray: boolean,
): string[] {
  // What a closed object does not know, as class-validator says it (`forbidNonWhitelisted`).
  if (type === ValueErrorType.ObjectAdditionalProperties)
    return [`property ${name} should not exist`]
  const wanted = wantedText(schema)
  if (inArray) return [`each value in ${name} ${wanted}`]
  const emptyMessage = hint(schema, 'emptyMessage')
  if (value === undefined) {
    return [
      `${name} should not be null or undefined`,
      ...(emptyMessage === undefined ? [] : [emptyMessage]),
      `${name} ${wanted}`,
    ]
  }
  if (value === '' && emptyMessage !== undefined) return [emptyMessage]
  if (value === '' && type === ValueErrorType.StringMinLength) {
    return [`${name} should not be empty`]
  }
  const patternMessage = hint(schema, 'patternMessage')
  if (typeof value === 'string' && patternMessage !== undefined) {
    return [`${name} ${patternMessage}`]
  }
  return [`${name} ${wanted}`]
}

function wantedText(schema: TSchema): string {
  if (TypeGuard.IsLiteral(schema)) {
    return `must be one of the following values: ${String(schema.const)}`
  }
  if (TypeGuard.IsUnion(schema)) {
    // That it may be null as well is of no help to somebody who sent something else.
    const [first, ...others] = schema.anyOf.filter((choice) => !TypeGuard.IsNull(choice))
    if (first !== undefined && others.length === 0) return wantedText(first)
    const choices = schema.anyOf.map((choice) => String(choice['const'] ?? choice['type']))
    return `must be one of the following values: ${choices.join(', ')}`
  }
  if (TypeGuard.IsArray(schema)) return 'must be an array'
  if (TypeGuard.IsBoolean(schema)) return 'must be a boolean value'
  if (TypeGuard.IsObject(schema) || TypeGuard.IsRecord(schema)) return 'must be an object'
  return `must be a ${String(schema['type'] ?? 'valid value')}`
}
