import { type TSchema, TypeGuard } from '@sinclair/typebox'
import type { TypeCheck } from '@sinclair/typebox/compiler'
import { type ApiError, invalid } from './api-error.ts'

/** One error as TypeBox finds it. */
type SchemaError = { path: string; schema: TSchema; value: unknown }

/** What a schema can say of itself, beside JSON Schema's own words. */
type Hints = {
  /** The message for an empty string; also told when the property is missing. */
  whenEmpty?: string
  /** The one message for whatever is wrong in here. */
  whenWrong?: string
}

const hint = (schema: TSchema, name: keyof Hints): string | undefined => {
  const text: unknown = schema[name]
  return typeof text === 'string' ? text : undefined
}

/**
 * The 422 for what a schema found: every offending field at once, keyed by its name, in the words
 * of Novu's validator (class-validator), which clients and their tests know.
 */
export function validationError(validator: TypeCheck<TSchema>, value: unknown): ApiError {
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
  const property: unknown = root['properties']?.[top]
  const whole = TypeGuard.IsSchema(property) ? hint(property, 'whenWrong') : undefined
  if (whole !== undefined) return { name: top, path: [top], messages: [whole] }
  const index = segments.findIndex((segment) => /^\d+$/.test(segment))
  const path = index === -1 ? segments : segments.slice(0, index)
  const name = path.join('.') || top
  return { name, path, messages: messagesFor(name, error, index !== -1) }
}

/** RFC 6901 §4. */
const unescapePointer = (text: string): string => text.replaceAll('~1', '/').replaceAll('~0', '~')

function messagesFor(name: string, { schema, value }: SchemaError, inArray: boolean): string[] {
  const wanted = wantedText(schema)
  if (inArray) return [`each value in ${name} ${wanted}`]
  const whenEmpty = hint(schema, 'whenEmpty')
  if (value === undefined) {
    return [
      `${name} should not be null or undefined`,
      ...(whenEmpty === undefined ? [] : [whenEmpty]),
      `${name} ${wanted}`,
    ]
  }
  if (value === '' && whenEmpty !== undefined) return [whenEmpty]
  return [`${name} ${wanted}`]
}

function wantedText(schema: TSchema): string {
  if (TypeGuard.IsUnion(schema)) {
    const choices = schema.anyOf.map((choice) => String(choice['const'] ?? choice['type']))
    return `must be one of the following values: ${choices.join(', ')}`
  }
  if (TypeGuard.IsArray(schema)) return 'must be an array'
  if (TypeGuard.IsBoolean(schema)) return 'must be a boolean value'
  if (TypeGuard.IsObject(schema) || TypeGuard.IsRecord(schema)) return 'must be an object'
  return `must be a ${String(schema['type'] ?? 'valid value')}`
}
