import { describe, expect, test } from 'bun:test'
import { isProven } from '../../src/domain/links/browser-proof.ts'
import { sessionProof } from '../../src/domain/links/browser-session.ts'
import { proofCookie, readProofs } from '../../src/http/browser-cookies.ts'

const proof = sessionProof({ value: 'a'.repeat(43), digest: '0123456789abcdefghij' })
const other = sessionProof({ value: 'b'.repeat(43), digest: '9876543210abcdefghij' })

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
        `${name}0123456789abcdef=${value}; Path=/; Max-Age=600${secure}; HttpOnly; SameSite=Lax`,
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
