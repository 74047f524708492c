import { describe, expect, test } from 'bun:test'
import { createErrorPages } from '../../src/http/error-pages.ts'

const toErrorPage = createErrorPages(null)
const BROWSER = 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8'

const answerTo = (accept: string, status: number): Response =>
  toErrorPage(
    Response.json('no', { status, headers: { 'x-request-id': 'one' } }),
    new Request('http://latch/l/state', { headers: { accept } }),
  )
const isPage = ({ headers }: Response): boolean =>
  headers.get('content-type')?.startsWith('text/html') === true

describe('an error that no page of latch has prepared for', () => {
  const pages: [number, string][] = [
    [429, 'Too busy right now'],
    [500, 'Something went wrong'],
    [502, 'Too busy right now'],
    [503, 'Too busy right now'],
  ]
  for (const [status, heading] of pages) {
    test(`is a page for a browser (${status})`, async () => {
      const page = answerTo(BROWSER, status)
      expect([page.status, isPage(page)]).toEqual([status, true])
      expect(await page.text()).toContain(heading)
    })

    test(`is JSON for a program (${status})`, () => {
      expect(isPage(answerTo('application/json', status))).toBe(false)
    })
  }

  test('stays JSON if the request itself was wrong', () => {
    for (const status of [400, 404, 422, 431]) {
      expect([status, isPage(answerTo(BROWSER, status))]).toEqual([status, false])
    }
  })
})
