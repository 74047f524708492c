import { describe, expect, test } from 'bun:test'
import { bindingProof } from '../../src/domain/links/browser-binding.ts'
import { isProven } from '../../src/domain/links/browser-proof.ts'
import { proofCookie, readProofs } from '../../src/http/browser-cookies.ts'
import { createKeyring } from '../../src/secrets/keyring.ts'
import { createStates } from '../../src/secrets/state.ts'

const states = createStates(
  createKeyring(new Uint8Array(32).fill(1)),
  'https://latch.example.com/callback',
)
const proof = bindingProof({ states }, { jti: '0123456789abcdefghij' })
const other = bindingProof({ states }, { jti: '9876543210abcdefghij' })

for (const [publicUrl, name, secure] of [
  ['https://latch.example.com', '__Host-latch-', '; Secure'],
  ['http://192.168.1.10:3000', 'latch-', ''],
] as const) {
  describe(`the cookie for a browser at ${publicUrl}`, () => {
    const config = { publicUrl }
    const cookie = proofCookie(config, proof)
    const pair = cookie.split(';')[0] ?? ''
    const value = pair.split('=')[1] ?? ''
    const recognises = (header: string | null): boolean =>
      isProven(readProofs(config, new Headers(header === null ? {} : { cookie: header })), proof)

    test('is one that a browser takes and keeps to itself', () => {
      expect(cookie).toBe(
        `${name}0123456789abcdef=${value}; Path=/; Max-Age=300${secure}; HttpOnly; SameSite=Lax`,
      )
      expect(value).toMatch(/^[\w-]{43}$/)
    })

    test('tells the browser that it was given to', () => {
      for (const header of [pair, `a=b; ${pair}; c=d`, `broken; =; a=%zz; ${pair}`]) {
        expect(recognises(header)).toBe(true)
      }
    })

    test('is worth nothing under another name, altered, or absent', () => {
      const otherPair = proofCookie(config, other).split(';')[0] ?? ''
      const cookieName = pair.split('=')[0]
      for (const header of [
        null,
        '',
        otherPair,
        `${cookieName}=`,
        `${cookieName}=${otherPair.split('=')[1]}`,
        `${cookieName}=${value}x`,
        `x${pair}`,
      ]) {
        expect([header, recognises(header)]).toEqual([header, false])
      }
    })
  })
}
