import { afterAll, describe, expect, test } from 'bun:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { createIdTokenVerifier } from '../../src/providers/id-token.ts'

const NOW_MS = 1_800_000_000_000
const NOW = NOW_MS / 1000
const ISSUER = 'https://issuer.example'
const expected = { issuer: ISSUER, audience: 'client', nonce: 'the-nonce' }

const signing = await generateKeyPair('RS256')
const stranger = await generateKeyPair('RS256')
const jwk = { ...(await exportJWK(signing.publicKey)), kid: 'known', alg: 'RS256', use: 'sig' }

let keysAreDown = false
let fetches = 0
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: () => {
    fetches += 1
    return keysAreDown ? new Response('down', { status: 503 }) : Response.json({ keys: [jwk] })
  },
})
afterAll(() => server.stop(true))
const jwksUrl = `http://127.0.0.1:${server.port}/keys`

const verify = createIdTokenVerifier(jwksUrl, fetch, () => NOW_MS)

const GOOD = {
  iss: ISSUER,
  aud: 'client',
  iat: NOW,
  exp: NOW + 300,
  nonce: 'the-nonce',
  sub: 'somebody',
}

type Claims = Record<string, unknown>

const sign = (claims: Claims, key = signing.privateKey, kid = 'known'): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid }).sign(key)

const without = (name: string): Claims =>
  Object.fromEntries(Object.entries(GOOD).filter(([other]) => other !== name))

// docs/decisions/0009-identity.md
describe('an id_token', () => {
  test('that is good tells its claims, and the keys are fetched once', async () => {
    for (let round = 0; round < 3; round += 1) {
      expect(await verify(await sign(GOOD), expected)).toEqual({ kind: 'verified', claims: GOOD })
    }
    expect(fetches).toBe(1)
  })

  test('may be off by a minute, as clocks are, and not by more', async () => {
    const late = await sign({ ...GOOD, exp: NOW - 59 })
    expect((await verify(late, expected)).kind).toBe('verified')
    const tooLate = await sign({ ...GOOD, exp: NOW - 61 })
    expect(await verify(tooLate, expected)).toEqual({ kind: 'refused', reason: 'ERR_JWT_EXPIRED' })
    const early = await sign({ ...GOOD, nbf: NOW + 61 })
    expect((await verify(early, expected)).kind).toBe('refused')
  })

  const wrong: [string, Claims][] = [
    ['another issuer', { ...GOOD, iss: 'https://evil.example' }],
    ['another audience', { ...GOOD, aud: 'other' }],
    ['another nonce', { ...GOOD, nonce: 'other' }],
    ['no nonce', without('nonce')],
    ['no expiry', without('exp')],
    ['no issuer', without('iss')],
    ['no audience', without('aud')],
  ]
  for (const [name, claims] of wrong) {
    test(`with ${name} is refused`, async () => {
      expect((await verify(await sign(claims), expected)).kind).toBe('refused')
    })
  }

  test('that another key has signed is refused', async () => {
    expect((await verify(await sign(GOOD, stranger.privateKey), expected)).kind).toBe('refused')
    const unknown = await sign(GOOD, stranger.privateKey, 'unknown')
    expect((await verify(unknown, expected)).kind).toBe('refused')
  })

  test('that nobody has signed, or a public key as a secret, is refused', async () => {
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const none = `${encode({ alg: 'none' })}.${encode(GOOD)}.`
    const secret = new TextEncoder().encode(JSON.stringify(jwk))
    const confused = await new SignJWT(GOOD)
      .setProtectedHeader({ alg: 'HS256', kid: 'known' })
      .sign(secret)
    for (const token of [none, confused, '', 'a.b.c', 'x'.repeat(5000)]) {
      expect((await verify(token, expected)).kind).toBe('refused')
    }
  })

  test('is neither good nor bad while the keys cannot be had', async () => {
    keysAreDown = true
    const fresh = createIdTokenVerifier(jwksUrl, fetch, () => NOW_MS)
    expect((await fresh(await sign(GOOD), expected)).kind).toBe('unavailable')
    keysAreDown = false
    expect((await fresh(await sign(GOOD), expected)).kind).toBe('verified')
    const gone = createIdTokenVerifier('http://127.0.0.1:1/keys', fetch, () => NOW_MS)
    expect((await gone(await sign(GOOD), expected)).kind).toBe('unavailable')
  })
})

test('the keys of a provider are not read without end', async () => {
  const sent = { bytes: 0 }
  const endless = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: () =>
      new Response(
        new ReadableStream({
          async pull(controller) {
            await Bun.sleep(0)
            sent.bytes += 65_536
            if (sent.bytes > 16 * 1024 * 1024) controller.close()
            else controller.enqueue(new Uint8Array(65_536).fill(32))
          },
        }),
      ),
  })
  const verifyEndless = createIdTokenVerifier(
    `http://127.0.0.1:${endless.port}/keys`,
    fetch,
    () => NOW_MS,
  )
  expect((await verifyEndless(await sign(GOOD), expected)).kind).toBe('unavailable')
  expect(sent.bytes).toBeLessThan(8 * 1024 * 1024)
  await endless.stop(true)
})
