import { type TSchema, TypeGuard } from '@sinclair/typebox'

export type SchemaRow = { name: string; type: string; required: boolean; description: string }

/** An object's properties as rows of a table, those of objects in it by their path. */
export function schemaRows(schema: TSchema, prefix = ''): SchemaRow[] {
  if (!TypeGuard.IsObject(schema)) return []
  const required = schema.required ?? []
  return Object.entries(schema.properties).flatMap(([property, inner]) => {
    const name = prefix + property
    const row = {
      name,
      type: typeName(inner),
      required: required.includes(property),
      description: inner.description ?? '',
    }
    if (TypeGuard.IsArray(inner)) return [row, ...schemaRows(inner.items, `${name}[].`)]
    return [row, ...schemaRows(inner, `${name}.`)]
  })
}

function typeName(schema: TSchema): string {
  if (TypeGuard.IsUnion(schema)) return schema.anyOf.map(typeName).join(' or ')
  if (TypeGuard.IsLiteral(schema)) return `\`${String(schema.const)}\``
  if (TypeGuard.IsArray(schema)) return `list of ${typeName(schema.items)}`
  return String(schema['type'] ?? 'anything')
}
