import { afterAll, describe, expect, test } from 'bun:test'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())

describe('POST /v1/integrations', () => {
  const path = '/v1/integrations'
  const slack = { providerId: 'slack', channel: 'chat' }

  test('creates an integration, and never returns its credentials', async () => {
    const credentials = { clientId: '1.2', secretKey: 'very-secret' }
    const made = await service.api('POST', path, { ...slack, identifier: 'mine', credentials })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({ ...slack, identifier: 'mine', name: 'Slack', active: false })
    expect(made.text).not.toContain('very-secret')
    expect(made.body).not.toHaveProperty('credentials')
    const file = await Bun.file(`${service.databaseFile}-wal`).text()
    expect(file).toContain('mine')
    expect(file).not.toContain('very-secret')
  })

  test('derives an identifier from the name', async () => {
    const { body } = await service.api('POST', path, { ...slack, name: 'Slack (EU)!' })
    expect((body as { identifier: string }).identifier).toMatch(/^slack-eu-[A-Za-z0-9]{12}$/)
  })

  test('creates one of two concurrent requests for the same identifier', async () => {
    const body = { ...slack, identifier: 'contended' }
    const answers = await Promise.all([1, 2].map(() => service.api('POST', path, body)))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
  })

  test('refuses an unknown provider', async () => {
    const { status, body } = await service.api('POST', path, { ...slack, providerId: 'fax' })
    expect(status).toBe(422)
    expect(body).toMatchObject({
      errors: {
        providerId: {
          messages: ['providerId must be one of the following values: slack, msteams'],
          value: 'fax',
        },
      },
    })
  })
})
