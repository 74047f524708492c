import Ajv, { type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'

/** What is read of JSON Schema here. */
type Schema = {
  $ref?: string
  type?: string
  properties?: Record<string, Schema>
  maxLength?: number
  maxItems?: number
}
type Operation = { requestBody?: { content: { 'application/json': { schema: Schema } } } }
export type Document = {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

/** A sample with one thing wrong: `field` is where, `what` is how. */
export type Mutation = { field: string; what: string; body: unknown }

type Path = readonly string[]

/**
 * Every way to make a sample wrong by one property, judged by the schema that the API publishes:
 * whatever a schema comes to ask for is tried at every door without a word here. `without`: properties
 * that are left as they are.
 */
export function createMutations(
  document: Document,
): (
  name: string,
  sample: Readonly<Record<string, unknown>>,
  without?: readonly string[],
) => Mutation[] {
  const ajv = new Ajv({ strict: false })
  addFormats(ajv)
  ajv.addSchema(document, 'api')
  return function mutationsOf(name, sample, without = []) {
    const validate = ajv.getSchema(`api#/components/schemas/${name}`)
    const schema = document.components.schemas[name]
    if (validate === undefined || schema === undefined) throw new Error(`no schema ${name}`)
    if (!isValid(validate, sample)) {
      throw new Error(`the sample of ${name} is refused: ${ajv.errorsText(validate.errors)}`)
    }
    return propertiesOf(schema, sample, without, []).flatMap(({ path, schema: property, value }) =>
      candidatesFor(property, value).flatMap(({ what, value: bad }) => {
        const body = replaced(sample, path, bad)
        const isWrong = UNSTORABLE.has(what) || !isValid(validate, body)
        return isWrong ? [{ field: path.join('.'), what, body }] : []
      }),
    )
  }
}

const isValid = (validate: ValidateFunction, value: unknown): boolean => validate(value) === true

type Property = { path: Path; schema: Schema; value: unknown }

/** The properties of a schema and of the objects in it. A sample must have all of them. */
function propertiesOf(
  { properties = {} }: Schema,
  sample: unknown,
  without: readonly string[],
  path: Path,
): Property[] {
  const names = Object.keys(properties).filter((name) => !without.includes(name))
  return names.flatMap((name) => {
    const here = [...path, name]
    const schema = properties[name] ?? {}
    const value: unknown = isObject(sample) ? sample[name] : undefined
    if (value === undefined) throw new Error(`the sample lacks ${here.join('.')}`)
    return [{ path: here, schema, value }, ...propertiesOf(schema, value, [], here)]
  })
}

/** Characters that are refused in any text, whatever its schema says. */
const UNSTORABLE: ReadonlyMap<string, string> = new Map([
  ['U+0000', '\0'],
  ['a lone surrogate', '\ud800'],
])

/** Values that some schema refuses. One that this schema takes is not used. */
function candidatesFor(schema: Schema, value: unknown): { what: string; value: unknown }[] {
  const other: { what: string; value: unknown }[] = [
    { what: 'left out', value: undefined },
    { what: 'a number', value: 7 },
    { what: 'a truth value', value: true },
    { what: 'an empty text', value: '' },
    { what: 'a text with spaces', value: 'not a word' },
    { what: 'a text', value: 'nonsense' },
    { what: 'a list', value: [] },
    { what: 'an empty object', value: {} },
  ]
  if (schema.maxLength !== undefined) {
    other.push({ what: 'too long', value: 'x'.repeat(schema.maxLength + 1) })
  }
  if (Array.isArray(value)) {
    other.push({ what: 'a list of something else', value: [7] })
    const { maxItems } = schema
    if (maxItems !== undefined) {
      other.push({ what: 'too many', value: Array(maxItems + 1).fill(value[0]) })
    }
  }
  for (const [what, character] of UNSTORABLE) {
    if (typeof value === 'string') other.push({ what, value: `${character}${value}` })
    if (isObject(value)) {
      other.push({ what, value: { ...value, x: `a${character}` } })
      other.push({ what, value: { ...value, [`x${character}`]: 'a' } })
    }
  }
  return other
}

/** A copy of a sample with another value at a path; `undefined` takes the property away. */
function replaced(sample: unknown, [name, ...rest]: Path, value: unknown): unknown {
  if (name === undefined) return value
  const copy: Record<string, unknown> = isObject(sample) ? { ...sample } : {}
  const next = replaced(copy[name], rest, value)
  if (next === undefined) delete copy[name]
  else copy[name] = next
  return copy
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
