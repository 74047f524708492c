import { describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { createResultPages } from '../../src/pages/result-page.ts'

const page = createResultPages()
const ATTACK = `<script>alert(1)</script><img src=x onerror="alert(2)">'"&`

const content = {
  state: 'error' as const,
  title: 'Title',
  heading: 'Heading',
  intro: 'Intro',
  advice: 'Advice',
  reference: 'reference',
}

describe('a result page', () => {
  for (const field of ['title', 'heading', 'intro', 'advice', 'reference'] as const) {
    test(`(requirement 16) shows markup in its ${field} as text`, async () => {
      const html = await page(400, { ...content, [field]: ATTACK }).text()
      expect(html).not.toContain('<script')
      expect(html).not.toContain('<img')
      expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
      expect(html).toContain('&#39;&quot;&amp;')
    })
  }

  test('(requirement 15) may load, run, frame and tell nothing', async () => {
    const response = page(409, content)
    const html = await response.text()
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? ''
    const hash = createHash('sha256').update(style).digest('base64')
    expect(response.status).toBe(409)
    expect(response.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; ` +
        "frame-ancestors 'none'",
    )
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'content-type': 'text/html; charset=utf-8',
    })
    expect(html).not.toMatch(/<script|\son\w+=|javascript:/i)
  })

  test("has what Novu's page has, for those who look for it", async () => {
    const html = await page(200, { ...content, state: 'success', reference: null }).text()
    expect(html).toStartWith('<!doctype html>\n<html lang="en">')
    expect(html).toContain('data-state="success"')
    expect(html).toContain('<h1 class="message-heading">Heading</h1>')
    expect(html).toContain('You can close this tab manually.')
    expect(html).not.toContain('Reference')
  })
})
