import { describe, expect, test } from 'bun:test'
import { parseJson } from '../../src/domain/json.ts'
import { encodeUtf8 } from '../../src/secrets/bytes.ts'

const kindOf = (text: string): string => parseJson(encodeUtf8(text), 3).kind
const valueIn = (text: string): unknown => {
  const parsed = parseJson(encodeUtf8(text), 3)
  return parsed.kind === 'json' ? parsed.value : parsed.kind
}

describe('JSON', () => {
  test('is accepted up to the maximum depth', () => {
    for (const text of ['1', 'null', '[[[1]]]', '{"a":{"b":[null]}}', '[[],[],[[]],{}]']) {
      expect(valueIn(text)).toEqual(JSON.parse(text))
    }
  })

  test('is refused if it is nested deeper', () => {
    for (const text of [
      '[[[[]]]]',
      '{"a":{"b":{"c":{}}}}',
      '[1,[2,[3,[4]]]]',
      '{"a":[{"b":[]}]}',
    ]) {
      expect([text, kindOf(text)]).toEqual([text, 'too_deep'])
    }
  })

  test('must be UTF-8', () => {
    expect(parseJson(new Uint8Array([0x22, 0xff, 0x22]))).toEqual({ kind: 'not_utf8' })
  })
})

describe('invalid JSON', () => {
  const cases: readonly (readonly [string, 'not_json' | 'too_deep'])[] = [
    ['', 'not_json'],
    ['{"a":1', 'not_json'],
    ['[[[', 'not_json'],
    ['[[[[', 'too_deep'],
    ['{"a":{"b":{"c":{', 'too_deep'],
    ['[{[{', 'too_deep'],
    ['[][][][][', 'not_json'],
    ['{}{}{}{}{', 'not_json'],
    // What is in a string is no level.
    ['["[[[[{{{{', 'not_json'],
    ['["[[[[", [', 'not_json'],
    ['["a", [[[', 'too_deep'],
    // A quote after a backslash does not end a string; one after an escaped backslash does.
    ['["\\"[[[[', 'not_json'],
    ['["\\\\", [[[', 'too_deep'],
    ['["ab\\"cd[[[[', 'not_json'],
    ['["abc", "d", [[[', 'too_deep'],
  ]
  for (const [text, kind] of cases) {
    test(`as ${text || 'nothing'} is ${kind === 'too_deep' ? 'nested too deep' : 'said to be none'}`, () => {
      expect(kindOf(text)).toBe(kind)
    })
  }

  test('is reported with the message of the parser', () => {
    const { reason } = { reason: '', ...parseJson(encodeUtf8('{"a":')) }
    expect(reason).toMatch(/JSON/)
  })
})
