import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { approveConnectionAction } from '../../../src/operator/connections.ts'
import { doctorAction } from '../../../src/operator/doctor.ts'
import { sendAction } from '../../../src/operator/send-action.ts'
import { CONTOSO, FABRIKAM } from '../../../src/providers/msteams/stand-in/directory.ts'
import { startService } from '../../harness/service.ts'
import {
  ADELE,
  connectTenant,
  consentAsAdmin,
  LEE,
  ownContext,
  signInAfter,
  TEAMS,
  wordOfConsent,
} from '../links/teams.ts'

const service = await startService()
afterAll(() => service.stop())

let identifier = ''
let context: Record<string, string> = {}
let query = ''

/** A member of Contoso, who is no administrator, has consented. */
beforeEach(async () => {
  const own = ownContext()
  context = own.context
  query = own.query
  identifier = `waiting-${context['t']}`
  await claim()
})

async function claim(changes: Record<string, unknown> = {}): Promise<void> {
  const link = await connectTenant(service, {
    context,
    connectionIdentifier: identifier,
    ...changes,
  })
  const word = wordOfConsent(link, CONTOSO.id)
  expect((await service.finish(await signInAfter(service, word, LEE))).status).toBe(403)
}

const approve = (workspaceId = CONTOSO.id, headers = {}) =>
  service.api('POST', `/v1/channel-connections/${identifier}/approve`, { workspaceId }, headers)
const codeOf = ({ body }: { body: unknown }): string => (body as { ctx: { code: string } }).ctx.code
const typesOf = async (): Promise<string[]> => {
  const { body } = await service.api('GET', `/v1/events?subject=connection:${identifier}`)
  return (body as { data: { type: string }[] }).data.map(({ type }) => type)
}

// docs/decisions/0012-admin-consent.md
describe('a connection that waits for approval', () => {
  test('belongs to its owner once it is approved, and is active once the consent is in effect', async () => {
    const before = await approve()
    expect(before.status).toBe(200)
    expect(before.body).toMatchObject({
      identifier,
      workspace: { id: CONTOSO.id },
      pending: { reason: 'consent_pending', problem: expect.any(String), attempts: 1 },
    })
    expect(await typesOf()).toContain('connection.approved')
    const admin = await connectTenant(service, { ...ownContext() })
    await service.consent(admin, { user: ADELE })
    const verified = await service.api('POST', `/v1/channel-connections/${identifier}/verify`, {})
    expect(verified.status).toBe(200)
    expect(verified.body).not.toHaveProperty('pending')
    const named = { ...TEAMS, connectionIdentifier: identifier, context }
    const link = await service.link(named)
    expect((await service.open(await service.consent(link, { user: LEE }))).status).toBe(200)
    expect(await service.endpoints(query)).toMatchObject([{ connectionIdentifier: identifier }])
  })

  test('is active at once where the consent is in effect', async () => {
    const admin = await connectTenant(service, { ...ownContext() })
    expect((await service.finish(await consentAsAdmin(service, admin))).status).toBe(200)
    const { status, body } = await approve()
    expect([status, body]).toEqual([
      200,
      expect.not.objectContaining({ pending: expect.anything() }),
    ])
  })

  test('is approved once, and with the tenant that it has', async () => {
    expect(codeOf(await approve(FABRIKAM.id))).toBe('other_workspace_approved')
    expect((await approve(CONTOSO.id.toUpperCase())).status).toBe(200)
    expect(codeOf(await approve())).toBe('nothing_to_approve')
  })

  test('is not approved by a key that may not change anything', async () => {
    for (const permission of ['read', 'tokens', 'links'] as const) {
      const key = await service.addKey({ permissions: [permission] })
      expect((await approve(CONTOSO.id, { authorization: `ApiKey ${key}` })).status).toBe(403)
    }
  })

  test('is not approved where its owner has another by now', async () => {
    await service.api('POST', '/v1/channel-connections', {
      ...TEAMS,
      subscriberId: 'subscriber-123',
      context,
      workspace: { id: CONTOSO.id },
      auth: { accessToken: 'app-only' },
    })
    expect(codeOf(await approve())).toBe('connection_of_owner_exists')
  })

  test('is not approved for a subscriber who was deleted', async () => {
    await service.api('POST', '/v2/subscribers', { subscriberId: 'leaves' })
    identifier = `${identifier}-2`
    await claim({ subscriberId: 'leaves' })
    await service.api('DELETE', '/v2/subscribers/leaves')
    expect(codeOf(await approve())).toBe('subscriber_not_found')
  })

  test('is listed by doctor, and approved by a command', async () => {
    const report = await sendAction(service.dataDir, doctorAction, {})
    if (report.kind !== 'done') throw new Error(report.kind)
    expect(report.output.findings).toContainEqual(
      expect.objectContaining({
        message: expect.stringContaining(`the connection ${identifier} of subscriber-123`),
        remedy: expect.stringContaining(`approve ${identifier} --workspace ${CONTOSO.id}`),
      }),
    )
    const approval = { environmentId: null, identifier, workspaceId: CONTOSO.id }
    const done = await sendAction(service.dataDir, approveConnectionAction, approval)
    expect(done).toMatchObject({ kind: 'done', output: { subscriberId: 'subscriber-123' } })
    const wrong = { ...approval, workspaceId: FABRIKAM.id }
    expect(
      await sendAction(service.dataDir, approveConnectionAction, wrong).then(
        () => 'done',
        (error) => String(error),
      ),
    ).toContain('does not wait for approval')
  })

  test('is not exported, because an import could not tell that it waits', async () => {
    const { exportEnvironment } = await import('../../../src/transfer/export.ts')
    const environment = await service.deps.store.environments.first()
    if (environment === null) throw new Error('no environment')
    const records = await Array.fromAsync(exportEnvironment(service.deps.store, environment, true))
    expect(JSON.stringify(records)).not.toContain(identifier)
  })
})
