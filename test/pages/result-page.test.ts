import { describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { createResultPages, type ResultPage } from '../../src/pages/result-page.ts'

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
    // docs/decisions/0003-errors.md
    test(`shows markup in its ${field} as text`, async () => {
      const html = await page(400, { ...content, [field]: ATTACK }).text()
      expect(html).not.toContain('<script')
      expect(html).not.toContain('<img')
      expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
      expect(html).toContain('&#x27;&quot;&amp;')
    })
  }

  // https://www.rfc-editor.org/rfc/rfc9700#section-4.2.4
  test('cannot load, run, frame or leak anything', async () => {
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

  test("has the elements of Novu's page, for scripts that look for them", async () => {
    const html = await page(200, { ...content, state: 'success', reference: null }).text()
    expect(html).toStartWith('<!doctype html>\n<html lang="en">')
    expect(html).toContain('data-state="success"')
    expect(html).toContain('<h1 class="message-heading">Heading</h1>')
    expect(html).toContain('You can close this tab manually.')
    expect(html).not.toContain('Reference')
  })

  test('has these headers and no other', () => {
    const { 'content-security-policy': policy, ...others } = Object.fromEntries(
      page(200, content).headers,
    )
    expect(policy).toStartWith("default-src 'none'; ")
    expect(others).toEqual({
      'cache-control': 'no-store',
      'content-type': 'text/html; charset=utf-8',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'x-robots-tag': 'noindex, nofollow',
    })
  })

  for (const state of ['success', 'error'] as const) {
    test(`of ${state} says so once, and needs nothing that the policy forbids`, async () => {
      const { elements, attributes } = await partsOf({ ...content, state })
      const of = (name: string) => elements.filter((element) => element === name).length
      expect([of('h1'), of('main'), of('title'), of('style'), of('footer')]).toEqual([
        1, 1, 1, 1, 1,
      ])
      expect(attributes).toContainEqual(['html', 'lang', 'en'])
      expect(attributes.filter(([, name]) => name === 'data-state')).toEqual([
        ['main', 'data-state', state],
      ])
      expect(elements).not.toContain('script')
      // A style of one element has no hash in the policy; a link could take the address along.
      const names = attributes.map(([, name]) => name)
      expect(names.filter((name) => /^on|^(style|src|srcset|href|action)$/.test(name))).toEqual([])
    })
  }

  test('has no empty elements', async () => {
    const { elements } = await partsOf({ ...content, advice: null, reference: null })
    expect(elements).not.toContain('footer')
    expect(elements.filter((element) => element === 'p')).toHaveLength(2)
  })

  // docs/decisions/0003-errors.md
  test('has the same elements and attributes, whatever a text is', async () => {
    const expected = await partsOf(content)
    const piece = fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '&',
      '</style>',
      '-->',
      '<!--',
      ATTACK,
      '{',
      '`',
    )
    const text = fc.array(fc.oneof(piece, fc.string()), { minLength: 1 }).map((all) => all.join(''))
    const filled = fc.record({
      title: text,
      heading: text,
      intro: text,
      advice: text.filter((value) => value !== ''),
      reference: text.filter((value) => value !== ''),
    })
    await fc.assert(
      fc.asyncProperty(filled, async (texts) => {
        expect(await partsOf({ ...content, ...texts })).toEqual(expected)
      }),
    )
  })
})

/** The elements of a page and their attributes, as a parser of HTML sees them. */
async function partsOf(shown: ResultPage) {
  const elements: string[] = []
  const attributes: [string, string, string][] = []
  const rewriter = new HTMLRewriter().on('*', {
    element(element) {
      elements.push(element.tagName)
      for (const [name = '', value = ''] of element.attributes) {
        attributes.push([element.tagName, name, value])
      }
    },
  })
  await rewriter.transform(page(200, shown)).text()
  return { elements, attributes }
}
