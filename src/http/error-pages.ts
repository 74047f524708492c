import { createResultPages } from '../pages/result-page.ts'
import { declaredRoutes } from './declares.ts'
import { acceptsHtml } from './error-response.ts'
import { hasHtmlResponse } from './responses.ts'
import { createRouteNames, type Route } from './routes.ts'

/**
 * Renders 429 and 5xx as HTML if the client is a browser and the route serves pages. `routes` is null
 * while latch starts and has none; then every browser gets the page.
 */
export function createErrorPages(
  routes: readonly Route[] | null,
): (answer: Response, request: Request) => Response {
  const resultPage = createResultPages()
  const hasHtml = routes === null ? () => true : createHasHtmlResponse(routes)
  return function toErrorPage(answer, { headers, url }) {
    if (answer.status < 429) return answer
    const isProblem = answer.status >= 500 || answer.status === 429
    if (!isProblem || !acceptsHtml(headers) || !isJson(answer.headers)) return answer
    if (!hasHtml(url)) return answer
    const page = answer.status === 500 ? FAULT_PAGE : BUSY_PAGE
    const reference = answer.headers.get('x-request-id')
    return resultPage(answer.status, { ...page, reference }, answer.headers)
  }
}

/** All routes except operations that only return JSON. Built on the first use, not at start. */
function createHasHtmlResponse(routes: readonly Route[]): (url: string) => boolean {
  const read = () => ({
    nameOf: createRouteNames(routes),
    forPrograms: new Set(
      declaredRoutes(routes)
        .filter(({ declaration }) => !hasHtmlResponse(declaration))
        .map(({ path }) => path),
    ),
  })
  let made: ReturnType<typeof read> | null = null
  return (url) => {
    made ??= read()
    return !made.forPrograms.has(made.nameOf(url))
  }
}

const isJson = (headers: Headers): boolean =>
  headers.get('content-type')?.startsWith('application/json') === true

const FAULT_PAGE = {
  state: 'error',
  title: 'Not linked',
  heading: 'Something went wrong',
  intro: 'This is our fault, and it has been logged.',
  advice: 'Ask for a new link where you got this one.',
} as const

const BUSY_PAGE = {
  state: 'error',
  title: 'Not linked yet',
  heading: 'Too busy right now',
  intro: 'We cannot answer at the moment. Nothing is lost.',
  advice: 'Reload this page in a few seconds.',
} as const
