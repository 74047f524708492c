import { afterAll, describe } from 'bun:test'
import { refusedField, testCases } from '../../harness/cases.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())

const PATH = '/v1/integrations'
const slack = { providerId: 'slack', channel: 'chat' }
const completionUrl = 'https://app.example.com/linked'
const MISSING = 'completionUrl is required for the verification by session'

describe('POST /v1/integrations: how links are verified', () => {
  testCases(service, { method: 'POST', path: PATH, body: slack }, [
    {
      name: 'by a session, with the URL of the app',
      request: {
        body: { ...slack, configurations: { userVerification: 'session', completionUrl } },
      },
      status: 201,
      contains: { configurations: { userVerification: 'session', completionUrl } },
    },
    {
      name: 'by a session without it',
      request: { body: { ...slack, configurations: { userVerification: 'session' } } },
      ...refusedField('configurations.userVerification', MISSING),
    },
    {
      name: 'by a session without it, for those who connect',
      request: { body: { ...slack, credentials: { connectVerification: 'session' } } },
      ...refusedField('credentials.connectVerification', MISSING),
    },
    {
      name: 'not at all, for those who connect',
      request: { body: { ...slack, configurations: { connectVerification: 'none' } } },
      status: 422,
      contains: { errors: { 'configurations.connectVerification': { value: 'none' } } },
    },
    {
      name: 'a URL that is not https',
      request: { body: { ...slack, configurations: { completionUrl: 'http://app.example.com' } } },
      ...refusedField(
        'configurations.completionUrl',
        'completionUrl must be an https address, with no user and no fragment',
      ),
    },
  ])
})
