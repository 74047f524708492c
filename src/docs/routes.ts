import { Elysia } from 'elysia'
import type { Deps } from '../deps.ts'
import { notFound } from '../http/api-error.ts'
import { type DeclaredRoute, declaredRoutes } from '../http/declares.ts'
import type { Route } from '../http/routes.ts'
import { readVersion } from '../version.ts'
import { type ApiDocument, createDocument } from './document.ts'
import { indexPage, markdownPage } from './guide-page.ts'
import { GUIDES, SYSTEMD_UNIT } from './guides.ts'
import { llmsText, operationMarkdown } from './markdown.ts'
import { ASSETS, referencePage } from './reference-page.ts'

type Described = {
  routes: DeclaredRoute[]
  document: ApiDocument
  /** Written once: anybody may ask for it again and again. */
  json: string
  yaml: string
  llms: string
}

/**
 * The API documentation, generated from the routes. Generated on the first request, because most
 * processes never serve one.
 */
export const docs = (deps: Pick<Deps, 'config'>, routes: readonly Route[]) => {
  const { publicUrl } = deps.config
  let made: Described | null = null
  const describe = (): Described => {
    if (made !== null) return made
    const described = declaredRoutes(routes)
    const facts = { publicUrl, version: readVersion().version }
    const document = createDocument(described, facts)
    made = {
      routes: described,
      document,
      json: JSON.stringify(document),
      yaml: Bun.YAML.stringify(document, null, 2),
      llms: llmsText(described, publicUrl),
    }
    return made
  }
  return new Elysia({ name: 'docs' })
    .get('/openapi', () => referencePage())
    .get('/openapi.json', () => textOf('application/json', describe().json))
    .get('/openapi.yaml', () => textOf('application/yaml', describe().yaml))
    .get('/openapi/:file', ({ params }) => {
      const asset = ASSETS.get(params.file)
      if (asset === undefined) throw notFound('file_not_found', `No such file: ${params.file}`)
      return new Response(Bun.file(asset.file), { headers: { 'content-type': asset.type } })
    })
    .get('/llms.txt', () => textOf('text/plain', describe().llms))
    .get('/docs', () => indexPage())
    .get('/docs/:page', ({ params }) => {
      if (params.page === 'latch.service') return textOf('text/plain', SYSTEMD_UNIT)
      const [, name = params.page, asSource] = /^([\w-]+)(\.md)$/.exec(params.page) ?? []
      const text = GUIDES.get(name)
      if (text === undefined) throw notFound('page_not_found', `No such page: ${params.page}`)
      return asSource === undefined ? markdownPage(text) : textOf('text/markdown', text)
    })
    .get('/docs/api/:page', ({ params }) => {
      const { routes: all, document } = describe()
      const route = all.find(({ declaration }) => `${declaration.operationId}.md` === params.page)
      if (route === undefined) throw notFound('page_not_found', `No such page: ${params.page}`)
      return textOf('text/markdown', operationMarkdown(route, document, publicUrl))
    })
}

const textOf = (type: string, text: string): Response =>
  new Response(text, { headers: { 'content-type': `${type}; charset=utf-8` } })
