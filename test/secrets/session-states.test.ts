import { describe, expect, test } from 'bun:test'
import { createKeyring } from '../../src/secrets/keyring.ts'
import { createStates, type StateClaims } from '../../src/secrets/state.ts'

const states = createStates(
  createKeyring(new Uint8Array(32).fill(1)),
  'https://latch.example.com/callback',
)
const ISSUED = 1_800_000_000_000
const MINUTE = 60_000

const created: StateClaims = {
  jti: 'a'.repeat(22),
  issuedAtMs: ISSUED,
  environmentId: '0'.repeat(24),
  integrationId: '1'.repeat(24),
  connectionIdentifier: null,
  contextKeys: ['tenant:acme'],
  display: null,
  session: { step: 'created' },
  protocol: 'openid',
  mode: 'link_user',
  subscriberId: 'subscriber-123',
}
const opened = {
  step: 'opened',
  browser: 'b'.repeat(43),
  atMs: ISSUED + 4 * MINUTE,
  scope: ['openid', 'profile'],
} as const

const read = async (claims: StateClaims, nowMs = ISSUED) => {
  const verified = await states.verify(states.sign(claims), nowMs)
  if (verified.kind === 'refused') throw new Error(verified.reason)
  return verified
}

describe('the states of a link that requires a session', () => {
  for (const display of [null, 'ada@example.com']) {
    for (const session of [
      created.session,
      opened,
      { ...opened, step: 'accepted', scope: null },
      { ...opened, step: 'signing_in', scope: [] },
    ] as const) {
      const name = display === null ? 'without a name' : 'with a name'
      test(`say what they were made with: ${session?.step}, ${name}`, async () => {
        const claims = { ...created, display, session }
        expect((await read(claims, opened.atMs)).claims).toEqual(claims)
      })
    }
  }

  test('of one that connects keep its options', async () => {
    const claims: StateClaims = {
      ...created,
      mode: 'connect',
      shared: true,
      autoLinkUser: true,
      consent: null,
      session: opened,
    }
    expect((await read(claims, opened.atMs)).claims).toEqual(claims)
  })

  test('are of one link, and a later one is valid from its own time on', async () => {
    const first = await read(created)
    const later = await read({ ...created, session: opened }, opened.atMs)
    expect(later.linkId).toBe(first.linkId)
    expect((await read(created, ISSUED + 6 * MINUTE)).kind).toBe('expired')
    expect((await read({ ...created, session: opened }, ISSUED + 6 * MINUTE)).kind).toBe('valid')
    expect((await read({ ...created, session: opened }, ISSUED + 10 * MINUTE)).kind).toBe('expired')
  })

  test('have proofs of their own for each browser', () => {
    const other = { ...opened, browser: 'c'.repeat(43) }
    const all = [created.session, opened, other].map((session) =>
      states.proofs({ jti: created.jti, session }),
    )
    expect(new Set(all.map(({ codeVerifier }) => codeVerifier)).size).toBe(3)
    expect(new Set(all.map(({ nonce }) => nonce)).size).toBe(3)
  })
})
