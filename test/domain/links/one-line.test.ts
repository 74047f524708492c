import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { inOneLine } from '../../../src/domain/links/one-line.ts'

test('a name is shown as it is', () => {
  for (const name of [
    'Ada Lovelace',
    'Łukasz Żółć',
    '李小龍',
    'عمر الخيام',
    'O’Neil-Smith (QA) 🙂',
  ]) {
    expect(inOneLine(name)).toBe(name)
  }
})

test('what would change the lines around it is taken out', () => {
  expect(inOneLine('Ada\nLove\u2028lace\t \u0000x')).toBe('Ada Love lace x')
  expect(inOneLine('\u202eecalevoL\u202c \u2066Ada\u2069\u200e')).toBe('ecalevoL Ada')
  expect(inOneLine('A\u200bd\u200da\ufeff\u{e0041}')).toBe('Ada')
  expect(inOneLine(`A${'\u0301'.repeat(50)}`)).toBe(`A${'\u0301'.repeat(3)}`)
})

test('nothing is left of what cannot be seen', () => {
  for (const text of ['', ' \n\t', '\u200b\u202e', '\u3164\u2800\u115f']) {
    expect(inOneLine(text)).toBeNull()
  }
})

test('any text becomes one line of at most 80 characters', () => {
  expect([...(inOneLine('🙂'.repeat(200)) ?? '')]).toHaveLength(80)
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const line = inOneLine(text) ?? 'x'
      expect([...line].length).toBeLessThanOrEqual(80)
      expect(line).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+$/u)
      expect(inOneLine(line)).toBe(line)
    }),
  )
})
