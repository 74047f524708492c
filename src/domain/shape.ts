import { FormatRegistry, type Static, type TSchema, TypeGuard } from '@sinclair/typebox'
import { type TypeCheck, TypeCompiler, ValueErrorType } from '@sinclair/typebox/compiler'

/** The errors of one field, and the rejected value. */
export type FieldError = { readonly messages: readonly string[]; readonly value?: unknown }

/** The input does not match its schema; the errors are listed by field name. */
export type Invalid = { kind: 'invalid'; fields: Readonly<Record<string, FieldError>> }

/** Creates a refusal of individual fields, for rules that a schema cannot express. */
export const invalid = (fields: Readonly<Record<string, FieldError>>): Invalid => ({
  kind: 'invalid',
  fields,
})

/** Parses untyped input: returns the typed value, or the errors of every invalid field. */
export type Shape<Schema extends TSchema> = {
  schema: Schema
  read(value: unknown): { kind: 'valid'; value: Static<Schema> } | Invalid
}

/**
 * Creates a parser for a schema. Every way in (API, command, import, callback) uses the same one.
 * It also refuses text that the database would not return unchanged, because two different names
 * could then look like one: SQLite truncates text at U+0000, and UTF-8 replaces a lone surrogate
 * with U+FFFD.
 */
export function createShape<Schema extends TSchema>(schema: Schema): Shape<Schema> {
  // Compiled on first use: compiling every schema at start-up would take a tenth of the start-up
  // time.
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
 * TypeBox looks up formats in a process-wide registry, and rejects unknown ones. Elysia registers
 * its own, which are more permissive; a command may not have loaded Elysia.
 */
function compile<Schema extends TSchema>(schema: Schema): TypeCheck<Schema> {
  FormatRegistry.Set('date-time', isIso8601)
  return TypeCompiler.Compile(schema)
}

/** An ISO 8601 date, or date and time with a UTC offset. */
const isIso8601 = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text) &&
  !Number.isNaN(Date.parse(text))

/** Joins the messages of a refusal into one line, for output without fields. */
export const inOneLine = ({ fields }: Invalid): string =>
  Object.values(fields)
    .flatMap(({ messages }) => messages)
    .join('; ')

/** Explains why the database would not return a text unchanged; null if it would. */
function unstorable(text: string): string | null {
  if (text.includes('\0')) return 'must not contain the character U+0000'
  return text.isWellFormed() ? null : 'must be well-formed Unicode, without lone surrogates'
}

/** The same for any value, including all names and texts in it. */
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

/** Locates the problem: nested objects by field, an array as a whole. */
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

/** An error as reported by TypeBox. */
type SchemaError = { type: ValueErrorType; path: string; schema: TSchema; value: unknown }

/** Custom keywords in a schema, besides JSON Schema's. */
type Hints = {
  /** The message for an empty string; also included when the property is missing. */
  emptyMessage?: string
  /** One message for every error in this part of the input. */
  errorMessage?: string
  /** What a string that does not match its pattern must be; it follows the name of its field. */
  patternMessage?: string
}

const hint = (schema: TSchema, name: keyof Hints): string | undefined => {
  const text: unknown = schema[name]
  return typeof text === 'string' ? text : undefined
}

/**
 * All invalid fields at once, by name, with the messages of Novu's validator (class-validator),
 * which clients and their tests expect.
 */
export function invalidFields(validator: TypeCheck<TSchema>, value: unknown): Invalid {
  // A missing body, or one that is not an object, lacks every field: report which.
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

/**
 * The contract's `value` does not allow arrays in arrays: the inner ones are returned as JSON text.
 */
const presentable = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map((item: unknown) => (Array.isArray(item) ? JSON.stringify(item) : item))
    : value

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The field under which an error is reported: for an array its own name, for a nested object its
 * inner field's.
 */
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

/** The outermost property on the path of an error that has its own `errorMessage`. */
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
  // Unknown properties of a closed object, in class-validator's words (`forbidNonWhitelisted`).
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
    // That null is also allowed does not help someone who sent a different type.
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
