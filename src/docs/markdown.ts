import { codeSamples } from './code-samples.ts'
import type { ApiDocument } from './document.ts'
import { PAGES, titleOf } from './pages.ts'
import { responsesOf } from './responses.ts'
import type { DescribedRoute } from './route.ts'
import { createSchemaNames } from './schema-names.ts'
import { schemaRows } from './schema-rows.ts'

export const operationPath = ({ operation }: DescribedRoute): string =>
  `/docs/api/${operation.operationId}.md`

/** One operation as Markdown, for people in a terminal and for language models. */
export function operationMarkdown(
  route: DescribedRoute,
  document: ApiDocument,
  publicUrl: string,
): string {
  const { operation, method, path, params, query, body } = route
  const { summary, description, deprecated, access, answer } = operation
  return [
    `# ${summary}`,
    `\`${method.toUpperCase()} ${path}\`${deprecated ? ' (deprecated)' : ''}`,
    description,
    access === 'api_key' ? 'Needs `Authorization: ApiKey <key>`.' : 'Needs no API key.',
    table('Path', params && schemaRows(params)),
    table('Query', query && schemaRows(query)),
    table('Body', body && schemaRows(body)),
    table(`Answer ${answer.status}`, answer.schema && schemaRows(answer.schema)),
    responsesSection(route),
    ...codeSamples(route, publicUrl).map(
      ({ label, lang, source }) => `## ${label}\n\n\`\`\`${lang}\n${source.trimEnd()}\n\`\`\``,
    ),
    `Part of the API of ${document.info.title} ${document.info.version}: ${publicUrl}/openapi.json`,
  ]
    .filter((part) => part !== null)
    .join('\n\n')
    .concat('\n')
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')

function table(heading: string, rows: ReturnType<typeof schemaRows> | null): string | null {
  if (rows === null || rows.length === 0) return null
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

function responsesSection(route: DescribedRoute): string {
  const responses = responsesOf(route, createSchemaNames())
  const lines = Object.entries(responses).map(([status, response]) => {
    const { description = '', headers = {} } = response as {
      description?: string
      headers?: Record<string, object>
    }
    return `| ${status} | ${cell(description)} | ${Object.keys(headers).join(', ')} |`
  })
  return ['## Statuses', '', '| Status | When | Headers |', '| --- | --- | --- |', ...lines].join(
    '\n',
  )
}

/** https://llmstxt.org: what there is, with a link to each page. */
export function llmsText(routes: readonly DescribedRoute[], publicUrl: string): string {
  const tags = [...new Set(routes.map(({ operation }) => operation.tags[0]))]
  const sections = tags.map((tag) => {
    const links = routes
      .filter(({ operation }) => operation.tags[0] === tag)
      .map(
        (route) =>
          `- [${route.operation.summary}](${publicUrl}${operationPath(route)}): ` +
          `${route.method.toUpperCase()} ${route.path}`,
      )
    return `## ${tag}\n\n${links.join('\n')}`
  })
  const guides = [...PAGES].map(
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
