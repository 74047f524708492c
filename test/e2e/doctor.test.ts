import { beforeAll, describe, expect, test } from 'bun:test'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { latchBinary } from '../harness/binary.ts'
import { run } from '../harness/process.ts'
import { SANDBOX } from '../harness/sandbox.ts'
import { startService, type TestService } from '../harness/service.ts'
import { tempDir } from '../harness/temp-dir.ts'

type Finding = { subject: string; status: string; message: string; remedy: string | null }
type Report = { findings: Finding[]; setUps: { title: string; text: string }[] }

let binary = ''
beforeAll(async () => {
  binary = await latchBinary()
}, 60_000)

const latch = (args: string[], env: Record<string, string> = {}) =>
  run([binary, ...args], { cwd: tempDir(), env })

async function runDoctor(service: TestService): Promise<Report & { exitCode: number }> {
  const { stdout, exitCode } = await latch(['doctor', '--json', '--data-dir', service.dataDir])
  return { ...(JSON.parse(stdout) as Report), exitCode }
}

const of = ({ findings }: Report, subject: string): string[] =>
  findings
    .filter((finding) => finding.subject === subject)
    .map(({ status, message }) => `${status}: ${message}`)

const consent = async (service: TestService): Promise<void> => {
  const { body } = await service.api('POST', '/v1/integrations/channel-connections/oauth', {
    integrationIdentifier: SANDBOX.msteams.integrationIdentifier,
    context: { tenant: 'all' },
  })
  const admin = 'a1000000-0000-4000-8000-0000000000a1'
  await service.consent(new URL((body as { url: string }).url), { user: admin })
}

describe('latch doctor', () => {
  test('finds no problems if there are none, and asks the providers', async () => {
    const service = await startService()
    await consent(service)
    service.slackRequests.length = 0
    const report = await runDoctor(service)
    expect(report.exitCode).toBe(0)
    expect(of(report, 'integration slack')).toEqual([
      'ok: Slack accepts the client id and secret',
      'note: whether the redirect URL is registered with Slack cannot be checked from here',
    ])
    expect(of(report, 'integration msteams')).toEqual([
      'ok: Microsoft accepts the client id and secret',
      'ok: AppCatalog.Read.All is granted',
      'ok: TeamsAppInstallation.ReadWriteSelfForUser.All is granted',
      "ok: the Teams app is in the organisation's catalogue",
      'note: whether the redirect URL is registered with Microsoft cannot be checked from here',
      'note: whether sign-ins have the claims `wids` and `acct`, by which administrators prove who they are, cannot be checked from here',
    ])
    for (const subject of ['configuration', 'data directory', 'database', 'key file', 'clock']) {
      expect([subject, ...of(report, subject)]).toEqual([subject, expect.stringMatching(/^ok: /)])
    }
    expect(service.slackRequests).toEqual(['POST /api/oauth.v2.access'])
    await service.stop()
  })

  test('names what is wrong with an app, and what to do about it', async () => {
    const service = await startService()
    const secret = join(tempDir(), 'secret')
    writeFileSync(secret, 'wrong\n')
    const where = ['--data-dir', service.dataDir, '--client-secret-file', secret]
    for (const name of ['slack', 'msteams']) {
      expect((await latch(['integrations', 'set-secret', name, ...where])).exitCode).toBe(0)
    }
    const identifier = ['--identifier', 'other', '--client-id', '1.2']
    await latch(['integrations', 'create', 'slack', ...identifier, ...where])
    const report = await runDoctor(service)
    expect(report.exitCode).toBe(1)
    expect(of(report, 'integration slack')).toEqual([
      'failed: Slack does not accept the app: bad_client_secret',
    ])
    expect(of(report, 'integration other')).toEqual([
      'failed: Slack does not accept the app: invalid_client_id',
    ])
    expect(report.findings).toContainEqual({
      subject: 'integration msteams',
      status: 'failed',
      message: 'Microsoft issues no token to the app: invalid_client (AADSTS7000215)',
      remedy: expect.stringContaining("the secret's value, not its id"),
    })
    await service.stop()
  })

  // docs/decisions/0027-one-subscriber.md
  test('lists chat users whom an older version linked to two subscribers', async () => {
    const service = await startService()
    const { store, random, clock } = service.deps
    await service.api('POST', '/v2/subscribers', { subscriberId: 'second' })
    const link = await service.link({ context: { team: 'blue' } })
    await service.open(await service.consent(link))
    const [linked] = await service.endpoints()
    const environmentId = String((await store.environments.first())?.id)
    const found = await store.endpoints.find(environmentId, String(linked?.['identifier']))
    if (found === null) throw new Error('a user is linked')
    const { pending, integrationIdentifier, providerId, channel, ...row } = found
    const double = { id: random.recordId(clock()), identifier: 'double', subscriberId: 'second' }
    await store.commit([store.endpoints.insert({ ...row, ...double })])
    const report = await runDoctor(service)
    expect(report.exitCode).toBe(0)
    expect(report.findings).toContainEqual({
      subject: 'integration slack',
      status: 'warning',
      message: `the chat user U0ADA00001 of T0ACME0001 is linked to several subscribers in team:blue: subscriber-123 (endpoint ${row.identifier}), second (endpoint double)`,
      remedy: expect.stringContaining('delete the endpoints of the others'),
    })
    // Linked before through the organisation that the workspace belongs to.
    await service.api('DELETE', '/v1/channel-endpoints/double')
    const organization = { workspaceId: 'E0ACME0001', workspaceAlias: null }
    await store.commit([store.endpoints.insert({ ...row, ...double, ...organization })])
    expect((await runDoctor(service)).findings).toContainEqual({
      subject: 'integration slack',
      status: 'warning',
      message: `the chat user U0ADA00001 is linked to several subscribers in team:blue: second in E0ACME0001 (endpoint double), subscriber-123 in T0ACME0001 (endpoint ${row.identifier})`,
      remedy: expect.stringContaining('If these workspaces belong to one organisation'),
    })
    await service.api('DELETE', '/v1/channel-endpoints/double')
    expect(of(await runDoctor(service), 'integration slack').join()).not.toContain('several')
    await service.stop()
  })

  test('warns of permissions that no administrator has granted', async () => {
    const service = await startService()
    const report = await runDoctor(service)
    expect(report.exitCode).toBe(0)
    expect(of(report, 'integration msteams').filter((line) => line.startsWith('warning'))).toEqual([
      expect.stringContaining('AppCatalog.Read.All is not granted'),
      expect.stringContaining('TeamsAppInstallation.ReadWriteSelfForUser.All is not granted'),
    ])
    await service.stop()
  })

  test('finds a clock that is off, a directory open to all, a provider that is down', async () => {
    const service = await startService()
    service.advance(95_000)
    chmodSync(service.dataDir, 0o755)
    service.slackAnswers.push(() => new Response('', { status: 503 }))
    const report = await runDoctor(service)
    expect(report.exitCode).toBe(1)
    expect(of(report, 'clock')).toEqual([expect.stringMatching(/^failed: it is 9\d s ahead of/)])
    expect(of(report, 'data directory')).toEqual([
      expect.stringContaining('every user of this machine can read'),
    ])
    expect(of(report, 'integration slack')).toEqual(['failed: Slack does not respond: status 503'])
    await service.stop()
  })

  test('works while latch is stopped, and prints what to enter at the providers', async () => {
    const service = await startService()
    await service.stop()
    const args = ['doctor', '--data-dir', service.dataDir, '--public-url', 'https://latch.example']
    const { stdout } = await latch(args)
    const redirect = 'https://latch.example/v1/integrations/chat/oauth/callback'
    expect(stdout).toContain(`Redirect URI (platform "Web"): ${redirect}`)
    const [, manifest = ''] = /(\{\n.*\n\})/s.exec(stdout) ?? []
    expect(JSON.parse(manifest)).toMatchObject({
      oauth_config: { redirect_urls: [redirect], scopes: { user: ['openid', 'profile'] } },
    })
    expect(stdout).toContain('warning  public URL: https://latch.example/healthz does not respond')
  })

  test('says before the first start what to do', async () => {
    const { stdout, exitCode } = await latch(['doctor', '--json', '--data-dir', 'none'])
    const report = JSON.parse(stdout) as Report
    expect([exitCode, report.findings.at(-1)]).toMatchObject([
      1,
      { status: 'failed', remedy: expect.stringContaining('latch serve') },
    ])
    expect(report.setUps).toHaveLength(2)
  })

  test('reads the configuration alone, and reports every mistake at once', async () => {
    const good = await latch(['doctor', '--config'])
    expect([good.exitCode, good.stdout]).toEqual([
      0,
      'ok       configuration: all settings are valid\n',
    ])
    const misspelt = await latch(['doctor', '--config'], { LATCH_PUBLICURL: 'https://x.example' })
    expect([misspelt.exitCode, misspelt.stdout]).toEqual([
      0,
      'warning  configuration: LATCH_PUBLICURL: is not a setting of latch\n' +
        '         → Rename it to LATCH_PUBLIC_URL, if you meant that\n',
    ])
    const inspected = await latch(['doctor', '--config'], { BUN_OPTIONS: '--no-orphans' })
    expect(inspected.stdout).toContain('BUN_OPTIONS: runs other code inside latch')

    const bad = await latch(['doctor', '--config', '--json'], {
      LATCH_PORT: 'x',
      LATCH_PORTS: 'y',
      LATCH_METRICS_ADDRESS: 'nowhere',
      LATCH_SECRET_KEY: 'short',
    })
    const names = (JSON.parse(bad.stdout) as Report).findings.map(
      ({ message }) => message.split(':')[0],
    )
    expect([bad.exitCode, names.sort()]).toEqual([
      2,
      ['LATCH_METRICS_ADDRESS', 'LATCH_PORT', 'LATCH_PORTS', 'LATCH_SECRET_KEY'],
    ])
  })
})
