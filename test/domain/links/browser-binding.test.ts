import { describe, expect, test } from 'bun:test'
import { bindingCookie, isSameBrowser } from '../../../src/domain/links/browser-binding.ts'
import { createKeyring } from '../../../src/secrets/keyring.ts'
import { createStates, type StateClaims } from '../../../src/secrets/state.ts'

const states = createStates(
  createKeyring(new Uint8Array(32).fill(1)),
  'https://latch.example.com/callback',
)

const claimsOf = (jti: string): StateClaims => ({
  jti,
  issuedAtMs: 0,
  environmentId: 'environment',
  integrationId: 'integration',
  connectionIdentifier: null,
  contextKeys: [],
  bound: true,
  protocol: 'oauth',
  mode: 'link_user',
  subscriberId: 'subscriber-123',
})
const claims = claimsOf('0123456789abcdefghij')
const other = claimsOf('9876543210abcdefghij')

for (const [publicUrl, name, secure] of [
  ['https://latch.example.com', '__Host-latch-', '; Secure'],
  ['http://192.168.1.10:3000', 'latch-', ''],
] as const) {
  describe(`the cookie of a bound link at ${publicUrl}`, () => {
    const deps = { states, config: { publicUrl } }
    const cookie = bindingCookie(deps, claims)
    const pair = cookie.split(';')[0] ?? ''
    const value = pair.split('=')[1] ?? ''

    test('is accepted by browsers, and hidden from scripts and other sites', () => {
      expect(cookie).toBe(
        `${name}0123456789abcdef=${value}; Path=/; Max-Age=300${secure}; HttpOnly; SameSite=Lax`,
      )
      expect(value).toMatch(/^[\w-]{43}$/)
    })

    test('identifies the browser that opened the link', () => {
      for (const header of [pair, `a=b; ${pair}; c=d`, `broken; =; a=%zz; ${pair}`]) {
        expect(isSameBrowser(deps, claims, header)).toBe(true)
      }
    })

    test('is rejected for another link, or if it was altered or is absent', () => {
      const otherPair = bindingCookie(deps, other).split(';')[0] ?? ''
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
        expect([header, isSameBrowser(deps, claims, header)]).toEqual([header, false])
      }
    })
  })
}
