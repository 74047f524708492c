import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { createQueryString } from '../../src/providers/query-string.ts'

const queryString = createQueryString()

const anyText = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
})

test('a query is spelled as URLSearchParams spells it, whatever the values', () => {
  const value = fc.oneof(anyText, fc.string({ unit: 'binary-ascii' }), fc.webUrl())
  fc.assert(
    fc.property(value, value, (one, other) => {
      const expected = new URLSearchParams([
        ['state', one],
        ['client_id', other],
      ])
      expect(queryString({ state: one, client_id: other })).toBe(String(expected))
    }),
    { numRuns: 2000 },
  )
})

test('what is null is left out, and what is empty is not', () => {
  expect(queryString({ a: null, b: '', c: 'x', d: null })).toBe('b=&c=x')
  expect(queryString({ a: null })).toBe('')
})
