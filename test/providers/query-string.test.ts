import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { createQueryString } from '../../src/providers/query-string.ts'

const queryString = createQueryString()

const anyText = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
})

test('a query equals that of URLSearchParams, whatever the values', () => {
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

test('null values are omitted, and empty ones are not', () => {
  expect(queryString({ a: null, b: '', c: 'x', d: null })).toBe('b=&c=x')
  expect(queryString({ a: null })).toBe('')
})
