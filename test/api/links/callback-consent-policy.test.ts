import { afterAll, describe, expect, test } from 'bun:test'
import {
  CONTOSO,
  clientIdWithoutClaims,
} from '../../../src/providers/msteams/stand-in/directory.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'
import {
  ADELE,
  connectTenant,
  ISAIAH,
  JONI,
  LEE,
  NESTOR,
  ownContext,
  signInAfter,
  wordOfConsent,
} from './teams.ts'

const service = await startService()
afterAll(() => service.stop())

/** The status of the page that somebody gets who signs in after a consent. */
async function signIn(
  user: string,
  configurations: Record<string, unknown>,
  clientId: string = SANDBOX.msteams.clientId,
): Promise<{ status: number; problem: unknown }> {
  const made = await service.api('POST', '/v1/integrations', {
    providerId: 'msteams',
    channel: 'chat',
    credentials: {
      clientId,
      secretKey: SANDBOX.msteams.clientSecret,
      tenantId: CONTOSO.id,
    },
    configurations,
  })
  expect(made.status).toBe(201)
  const { identifier: integrationIdentifier } = made.body as { identifier: string }
  const { context } = ownContext()
  const connectionIdentifier = `conn-${context['t']}`
  const changes = { integrationIdentifier, context, connectionIdentifier }
  const link = await connectTenant(service, changes)
  const word = wordOfConsent(link, CONTOSO.id)
  const { status } = await service.finish(await signInAfter(service, word, user))
  const { body } = await service.api('GET', `/v1/channel-connections/${connectionIdentifier}`)
  const { pending } = body as { pending?: { reason: string; problem: string } }
  return { status, problem: pending?.reason === 'admin_not_proven' ? pending.problem : null }
}

// docs/decisions/0012-admin-consent.md
describe('with `adminProof: member`', () => {
  const member = { adminProof: 'member' }
  test('any member may connect the tenant', async () => {
    expect(await signIn(LEE, member)).toEqual({ status: 200, problem: null })
  })

  test('no guest may, whatever their roles', async () => {
    for (const guest of [ISAIAH, NESTOR]) {
      const problem = 'The person who signed in is a guest of the organisation'
      expect(await signIn(guest, member)).toEqual({ status: 403, problem })
    }
  })
})

describe('with `adminRoles`', () => {
  const adminRoles = 'aaaaaaaa-0000-4000-8000-000000000000, 69091246-20e8-4a56-aa4d-066075B2A7A8'

  test('these roles may connect the tenant too', async () => {
    expect(await signIn(JONI, { adminRoles })).toEqual({ status: 200, problem: null })
    expect(await signIn(ADELE, { adminRoles })).toEqual({ status: 200, problem: null })
  })

  test('others still may not', async () => {
    expect((await signIn(LEE, { adminRoles })).status).toBe(403)
  })

  test('what is no list of ids is refused', async () => {
    const made = await service.api('POST', '/v1/integrations', {
      providerId: 'msteams',
      channel: 'chat',
      configurations: { adminRoles: 'a b' },
    })
    expect([made.status, made.text.includes('configurations.adminRoles')]).toEqual([422, true])
  })
})

// docs/providers.md#entra-roles-and-guests
test('an app whose manifest does not request the claims proves nobody', async () => {
  const clientId = clientIdWithoutClaims(SANDBOX.msteams.clientId)
  for (const configurations of [{}, { adminProof: 'member' }]) {
    const { status, problem } = await signIn(ADELE, configurations, clientId)
    expect([status, problem]).toEqual([403, expect.stringContaining('claims `wids` and `acct`')])
  }
})
