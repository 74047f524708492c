import { describe, expect, test } from 'bun:test'
import { createClient } from '@libsql/client'
import { LINK_PATH, SAMPLE_BODY, startService, WITH_LIMITS } from '../harness/service.ts'
import { expectConforms } from './contract.ts'

describe('500', async () => {
  const service = await startService(WITH_LIMITS)
  const key = { 'idempotency-key': 'through-a-fault' }

  test('an unexpected error: the response has the id that is in the log, and no stack', async () => {
    const client = createClient({ url: `file:${service.databaseFile}` })
    const { rows } = await client.execute('SELECT credentials_sealed FROM integrations')
    await client.execute("UPDATE integrations SET credentials_sealed = 'damaged'")
    const answer = await service.api('POST', LINK_PATH, SAMPLE_BODY, key)
    await client.execute({
      sql: 'UPDATE integrations SET credentials_sealed = ?',
      args: [String(rows[0]?.['credentials_sealed'])],
    })
    client.close()

    expectConforms(answer, 500)
    const { errorId } = answer.body as { errorId: string }
    const entry = service.logged.find(({ fields }) => fields['errorId'] === errorId)
    expect(String(entry?.fields['error'])).toContain('cannot open integrations.credentials')
    expect(answer.body).toMatchObject({
      message: 'Internal server error, contact support and provide them with the errorId',
    })
    expect(answer.text).not.toContain('.ts')
    expect(answer.text).not.toContain('credentials')
  })

  test('is never recorded: the retry runs once the fault is gone', async () => {
    expectConforms(await service.api('POST', LINK_PATH, SAMPLE_BODY, key), 201)
  })
})
