import { afterAll, describe, expect, test } from 'bun:test'
import { createClient } from '@libsql/client'
import { doctorAction } from '../../../src/operator/doctor.ts'
import { sendAction } from '../../../src/operator/send-action.ts'
import { exportEnvironment } from '../../../src/transfer/export.ts'
import { startService } from '../../harness/service.ts'

const PATH = '/v1/integrations'

describe('an integration whose credentials cannot be decrypted', async () => {
  const damaged = await startService()
  afterAll(() => damaged.stop())
  const client = createClient({ url: `file:${damaged.databaseFile}` })
  await client.execute(
    "UPDATE integrations SET credentials_sealed = 'damaged' WHERE identifier = 'slack'",
  )
  client.close()
  type Listed = { _id: string; identifier: string; configurations?: object }
  const listed = ({ body }: { body: unknown }) => (body as { data: Listed[] }).data
  const settingsIn = (answer: { body: unknown }) =>
    Object.fromEntries(
      listed(answer).map(({ identifier, configurations = null }) => [identifier, configurations]),
    )

  test('is listed without its configurations, beside the others, and logged once', async () => {
    for (const path of [PATH, `${PATH}/active`]) {
      const answer = await damaged.api('GET', path)
      expect(answer.status).toBe(200)
      expect(settingsIn(answer)).toEqual({ slack: null, msteams: {} })
    }
    const told = damaged.logged.filter(({ fields }) => fields['integration'] === 'slack')
    expect(told.map(({ message }) => message)).toEqual([
      'the secret key cannot decrypt the credentials of an integration; see `latch doctor`',
    ])
  })

  test('is among the remaining ones when another is deleted', async () => {
    const body = { providerId: 'slack', channel: 'chat', identifier: 'short-lived' }
    const made = await damaged.api('POST', PATH, body)
    const answer = await damaged.api('DELETE', `${PATH}/${(made.body as Listed)._id}`)
    expect(answer.status).toBe(200)
    expect(settingsIn(answer)).toEqual({ slack: null, msteams: {} })
  })

  test('is named by `latch doctor`, which also checks the others', async () => {
    const sent = await sendAction(damaged.dataDir, doctorAction, {})
    if (sent.kind !== 'done') throw new Error(sent.kind)
    const { findings } = sent.output
    expect(findings).toContainEqual(
      expect.objectContaining({
        subject: 'secret key',
        status: 'failed',
        message: expect.stringContaining('does not decrypt 1 of '),
      }),
    )
    const messages = (subject: string) =>
      findings.filter((one) => one.subject === subject).map(({ message }) => message)
    expect(messages('integration slack')).toEqual([
      'its credentials cannot be decrypted, so its links fail',
    ])
    expect(messages('integration msteams')).not.toEqual([])
  })

  test('is exported without secrets, and fails an export with secrets', async () => {
    const { store } = damaged.deps
    const environment = await store.environments.first()
    if (environment === null) throw new Error('there is no environment')
    const exported = async (withSecrets: boolean) => {
      const records: unknown[] = []
      for await (const record of exportEnvironment(store, environment, withSecrets)) {
        records.push(record)
      }
      return records
    }
    expect(await exported(false)).toContainEqual(expect.objectContaining({ identifier: 'slack' }))
    const refused = await exported(true).then(String, String)
    expect(refused).toContain('cannot decrypt the credentials of integration slack')
  })
})
