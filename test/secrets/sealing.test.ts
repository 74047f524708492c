import { describe, expect, test } from 'bun:test'
import { createCipheriv } from 'node:crypto'
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
    // A byte order mark is a character like any other, which decoders like to take off.
    for (const text of ['', '\0', '\ufeffmarked', '\ufeff', 'a'.repeat(100_000)]) {
      expect(sealing.open(sealing.seal(text, place), place)).toBe(text)
    }
  })

  test('differs each time, and shows nothing of what it holds', () => {
    const [one, two] = [sealing.seal('secret', place), sealing.seal('secret', place)]
    expect(one).not.toBe(two)
    expect(Buffer.from(one.split('.').at(-1) ?? '', 'base64url').toString()).not.toContain('secret')
  })

  // docs/decisions/0014-secrets.md
  test('opens in no other table, column or row', () => {
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

  test('does not open when any one bit of it is another, or it is cut off', () => {
    const sealed = sealing.seal('secret', place)
    const [version, kid, ivText = '', bodyText = ''] = sealed.split('.')
    const [iv, body] = [Buffer.from(ivText, 'base64url'), Buffer.from(bodyText, 'base64url')]
    const joined = (parts: readonly Uint8Array[]): string =>
      [version, kid, ...parts.map((part) => Buffer.from(part).toString('base64url'))].join('.')
    const flipped = (bytes: Uint8Array, bit: number): Uint8Array =>
      bytes.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
    expect(joined([iv, body])).toBe(sealed)

    for (let bit = 0; bit < iv.length * 8; bit += 1) {
      const altered = joined([flipped(iv, bit), body])
      expect(reasonOf(() => sealing.open(altered, place))).toBe('not_authentic')
    }
    for (let bit = 0; bit < body.length * 8; bit += 1) {
      const altered = joined([iv, flipped(body, bit)])
      expect(reasonOf(() => sealing.open(altered, place))).toBe('not_authentic')
    }
    for (let length = 0; length < body.length; length += 1) {
      const altered = joined([iv, body.subarray(0, length)])
      const reason = length < 16 ? 'malformed' : 'not_authentic'
      expect(reasonOf(() => sealing.open(altered, place))).toBe(reason)
    }
  })

  test('says where it does not open, and nothing of what it holds', () => {
    const sealed = sealing.seal('secret', place)
    const open = () => sealing.open(sealed, { ...place, row: '2' })
    expect(open).toThrow('cannot open integrations.credentials of row 2: not_authentic')
  })

  test('opens with an old key that is on the ring, and with no other', () => {
    const sealed = sealing.seal('secret', place)
    const rotated = createSealing(createKeyring(key('b'), [key('a')]), createRandom())
    expect(rotated.open(sealed, place)).toBe('secret')
    const other = createSealing(createKeyring(key('b')), createRandom())
    expect(reasonOf(() => other.open(sealed, place))).toBe('unknown_key')
  })

  // docs/decisions/0014-secrets.md
  test('of an earlier version opens, and is not current', () => {
    const { kid, sealing: sealingKey } = createKeyring(key('a')).current
    const nonce = Buffer.alloc(12, 'n')
    const cipher = createCipheriv('aes-256-gcm', sealingKey, nonce)
    cipher.setAAD(Buffer.from(JSON.stringify([place.table, place.column, place.row])))
    const body = Buffer.concat([cipher.update('secret'), cipher.final(), cipher.getAuthTag()])
    const sealed = `s1.${kid}.${nonce.toString('base64url')}.${body.toString('base64url')}`
    expect(sealing.open(sealed, place)).toBe('secret')
    expect([sealing.isCurrent(sealed), sealing.isCurrent(sealing.seal('', place))]).toEqual([
      false,
      true,
    ])
    expect(reasonOf(() => sealing.open(sealed, { ...place, row: '2' }))).toBe('not_authentic')
    expect(reasonOf(() => sealing.open(`s2${sealed.slice(2)}`, place))).toBe('malformed')
  })

  test('from an earlier version of latch opens with the same secret key', () => {
    for (const stored of [
      's1.RpH5Tnbn.l4AzXvTNwWIBpV67.HFN4JAwDYswPjstUbdAag11Y275LTA',
      's2.RpH5Tnbn.gG6syQizfrI-8j3yK99YNkOv.FsCnnZxw8T4DPQ6Ra8z-axaiitvVLw',
    ]) {
      expect(sealing.open(stored, place)).toBe('secret')
    }
  })

  test('that is none is refused, and no more', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(['malformed', 'unknown_key']).toContain(reasonOf(() => sealing.open(text, place)))
      }),
    )
  })
})
