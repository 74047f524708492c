import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { HMAC } from 'oslo/crypto'
import { encodeUtf8 } from '../../src/secrets/bytes.ts'
import { createSigner, hmacHex, signHmac, verifyHmac } from '../../src/secrets/hmac.ts'

const oslo = new HMAC('SHA-256')
const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
const signed = (key: Uint8Array, data: Uint8Array | string): Uint8Array =>
  new Uint8Array(Buffer.from(signHmac(key, data), 'base64url'))

// Longer than the hash's block of 64 bytes, too: such a key is hashed first (RFC 2104 §2).
const anyKey = fc.uint8Array({ minLength: 1, maxLength: 200 })
const anyBytes = fc.uint8Array({ maxLength: 500 })
const anyText = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
})

describe('the signature of the runtime', () => {
  // docs/decisions/0017-oslo.md
  test("is oslo's, for any key and data", async () => {
    await fc.assert(
      fc.asyncProperty(anyKey, anyBytes, async (key, data) => {
        expect(signHmac(key, data)).toBe(base64url(new Uint8Array(await oslo.sign(key, data))))
      }),
      { numRuns: 500 },
    )
  })

  test('of a text is that of its UTF-8, which is what is verified', async () => {
    await fc.assert(
      fc.asyncProperty(anyKey, anyText, async (key, text) => {
        expect(signHmac(key, text)).toBe(signHmac(key, encodeUtf8(text)))
        expect(await verifyHmac(key, signed(key, text), encodeUtf8(text))).toBe(true)
      }),
    )
  })

  // RFC 4231 §4.2, §4.3 and §4.7 (a key longer than a block).
  const vectors: [Uint8Array, string, string][] = [
    [
      Buffer.alloc(20, 0x0b),
      'Hi There',
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    ],
    [
      Buffer.from('Jefe'),
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      Buffer.alloc(131, 0xaa),
      'Test Using Larger Than Block-Size Key - Hash Key First',
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
  ]
  for (const [key, data, expected] of vectors) {
    test(`is that of RFC 4231 for "${data}"`, () => {
      expect(Buffer.from(signed(key, data)).toString('hex')).toBe(expected)
    })
  }

  // docs/novu.md#contexts-and-hashes
  test("in hexadecimal is Novu's", () => {
    expect(hmacHex('test-secret-key', 'subscriber-123')).toBe(
      '8bdb33e159ec1ee87585975bf1885b0e3c7350cc9b23bcb65a141cc563b2141c',
    )
    expect(hmacHex('test-secret-key', '{"tenant":"acme"}')).toBe(
      'cc64c9f1c22ace40b85ea8af6c3ee2011e6ab0759dedefe9ecdadbb4e8b90843',
    )
  })
})

test('a signer signs as the runtime does, again and again', () => {
  const key = fc.uint8Array({ minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(key, fc.array(fc.string()), (bytes, texts) => {
      const sign = createSigner(bytes)
      expect(texts.map(sign)).toEqual(texts.map((text) => signHmac(bytes, text)))
    }),
  )
})

describe('verifying', () => {
  const key = encodeUtf8('key')
  const data = encodeUtf8('data')
  const signature = signed(key, data)

  test('fails for every signature that differs in one bit', async () => {
    for (let bit = 0; bit < signature.length * 8; bit += 1) {
      const altered = signature.map((byte, index) =>
        index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte,
      )
      expect(await verifyHmac(key, altered, data)).toBe(false)
    }
  })

  // docs/decisions/0006-signed-state.md
  test('fails, without a fault, for a signature of any other length', async () => {
    const twice = Buffer.concat([signature, signature])
    for (let length = 0; length <= twice.length; length += 1) {
      const expected = length === signature.length
      expect(await verifyHmac(key, new Uint8Array(twice.subarray(0, length)), data)).toBe(expected)
    }
  })

  test('fails with another key, and for other data', async () => {
    expect(await verifyHmac(encodeUtf8('Key'), signature, data)).toBe(false)
    expect(await verifyHmac(key, signature, encodeUtf8('Data'))).toBe(false)
  })
})
