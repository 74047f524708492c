import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { createKeyring } from '../../src/secrets/keyring.ts'
import { createRandom } from '../../src/secrets/random.ts'
import { createSealing, UnsealError } from '../../src/secrets/sealing.ts'

const key = (letter: string) => new Uint8Array(Buffer.alloc(32, letter))
const sealing = createSealing(createKeyring(key('a')), createRandom())
const place = { table: 'integrations', column: 'credentials', row: '1' }

const reasonOf = (open: () => string): string => {
  try {
    return `opened: ${open()}`
  } catch (error) {
    return error instanceof UnsealError ? error.reason : `fault: ${String(error)}`
  }
}

describe('a sealed value', () => {
  test('opens to what it was, in its place', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(sealing.open(sealing.seal(text, place), place)).toBe(text)
      }),
    )
  })

  test('differs each time, and shows nothing of what it holds', () => {
    const [one, two] = [sealing.seal('secret', place), sealing.seal('secret', place)]
    expect(one).not.toBe(two)
    expect(Buffer.from(one.split('.').at(-1) ?? '', 'base64url').toString()).not.toContain('secret')
  })

  test('(requirement 35) opens in no other table, column or row', () => {
    const sealed = sealing.seal('secret', place)
    for (const other of [
      { ...place, table: 'channel_connections' },
      { ...place, column: 'auth' },
      { ...place, row: '2' },
      // The same text, cut elsewhere.
      { table: 'integration', column: 'scredentials', row: '1' },
    ]) {
      expect(reasonOf(() => sealing.open(sealed, other))).toBe('not_authentic')
    }
  })

  test('does not open when any one character of it is another', () => {
    const sealed = sealing.seal('secret', place)
    for (let index = 0; index < sealed.length; index += 1) {
      const letter = sealed[index] === 'A' ? 'B' : 'A'
      const altered = sealed.slice(0, index) + letter + sealed.slice(index + 1)
      expect(['malformed', 'unknown_key', 'not_authentic']).toContain(
        reasonOf(() => sealing.open(altered, place)),
      )
    }
  })

  test('opens with an old key that is on the ring, and with no other', () => {
    const sealed = sealing.seal('secret', place)
    const rotated = createSealing(createKeyring(key('b'), [key('a')]), createRandom())
    expect(rotated.open(sealed, place)).toBe('secret')
    const other = createSealing(createKeyring(key('b')), createRandom())
    expect(reasonOf(() => other.open(sealed, place))).toBe('unknown_key')
  })

  test('that is none is refused, and no more', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(['malformed', 'unknown_key']).toContain(reasonOf(() => sealing.open(text, place)))
      }),
    )
  })
})
