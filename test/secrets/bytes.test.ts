import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { base64url, encodeHex } from 'oslo/encoding'
import { decodeBase64url, encodeBase64url, encodeUtf8, sha256Hex } from '../../src/secrets/bytes.ts'

// docs/decisions/0017-oslo.md
test("base64url by the runtime is oslo's, for any bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const text = encodeBase64url(bytes)
      expect(text).toBe(base64url.encode(bytes, { includePadding: false }))
      expect(decodeBase64url(text)).toEqual(new Uint8Array(bytes))
    }),
  )
})

test('a digest is that of the UTF-8 of a text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const digest = new Bun.CryptoHasher('sha256').update(encodeUtf8(text)).digest()
      expect(sha256Hex(text)).toBe(encodeHex(new Uint8Array(digest)))
    }),
  )
})
