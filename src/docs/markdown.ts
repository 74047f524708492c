import { type TSchema, TypeGuard } from '@sinclair/typebox'
import type { DeclaredRoute } from '../http/declares.ts'
import { responsesOf } from '../http/responses.ts'
import { codeSamples } from './code-samples.ts'
import { type ApiDocument, openApiPath } from './document.ts'
import { GUIDES, titleOf } from './guides.ts'

export const operationPath = ({ declaration }: DeclaredRoute): string =>
  `/docs/api/${declaration.operationId}.md`

/** Renders one operation as Markdown, for people in a terminal and for language models. */
export function operationMarkdown(
  route: DeclaredRoute,
  document: ApiDocument,
  publicUrl: string,
): string {
  const { declaration, method, path } = route
  const { summary, description, deprecated, access, params, body } = declaration
  const query = declaration.query ?? declaration.unvalidatedQuery
  const [success] = responsesOf(method, declaration)
  return [
    `# ${summary}`,
    `\`${method} ${openApiPath(path)}\`${deprecated ? ' (deprecated)' : ''}`,
    description,
    access === 'public' ? 'Needs no API key.' : 'Needs `Authorization: ApiKey <key>`.',
    params && table('Path', schemaRows(params)),
    query && table('Query', schemaRows(query)),
    body && table('Body', schemaRows(body)),
    success?.[1].json && table(`Answer ${success[0]}`, schemaRows(success[1].json)),
    responsesSection(route),
    ...codeSamples(route, publicUrl).map(
      ({ label, lang, source }) => `## ${label}\n\n\`\`\`${lang}\n${source.trimEnd()}\n\`\`\``,
    ),
    `Part of the API of ${document.info.title} ${document.info.version}: ${publicUrl}/openapi.json`,
  ]
    .filter((part) => part !== null && part !== undefined)
    .join('\n\n')
    .concat('\n')
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')

function table(heading: string, rows: ReturnType<typeof schemaRows>): string | null {
  if (rows.length === 0) return null
  const lines = rows.map(
    ({ name, type, required, description }) =>
      `| \`${name}\` | ${cell(type)} | ${required ? 'yes' : ''} | ${cell(description)} |`,
  )
  return [
    `## ${heading}`,
    '',
    '| Name | Type | Required | |',
    '| --- | --- | --- | --- |',
    ...lines,
  ].join('\n')
}

function responsesSection({ method, declaration }: DeclaredRoute): string {
  const lines = [...responsesOf(method, declaration)].map(
    ([status, { description, headers }]) =>
      `| ${status} | ${cell(description)} | ${[...headers.keys()].join(', ')} |`,
  )
  return ['## Statuses', '', '| Status | When | Headers |', '| --- | --- | --- |', ...lines].join(
    '\n',
  )
}

/** The llms.txt index (https://llmstxt.org): the available pages, with a link to each. */
export function llmsText(routes: readonly DeclaredRoute[], publicUrl: string): string {
  const tags = [...new Set(routes.map(({ declaration }) => declaration.tag))]
  const sections = tags.map((tag) => {
    const links = routes
      .filter(({ declaration }) => declaration.tag === tag)
      .map(
        (route) =>
          `- [${route.declaration.summary}](${publicUrl}${operationPath(route)}): ` +
          `${route.method} ${openApiPath(route.path)}`,
      )
    return `## ${tag.name}\n\n${links.join('\n')}`
  })
  const guides = [...GUIDES].map(
    ([name, text]) => `- [${titleOf(text)}](${publicUrl}/docs/${name}.md)`,
  )
  return `# latch

> Links your users to their Slack and Microsoft Teams identities. Wire-compatible with the part of
> Novu's API that does this.

The whole API as OpenAPI 3.1: ${publicUrl}/openapi.json

## Guides

${guides.join('\n')}

${sections.join('\n\n')}
`
}

type SchemaRow = { name: string; type: string; required: boolean; description: string }

/** An object's properties as table rows; nested properties are named by their path. */
function schemaRows(schema: TSchema, prefix = ''): SchemaRow[] {
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
