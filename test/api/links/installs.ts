import { openConfirmation } from '../../harness/confirming.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import type { Answer, TestService } from '../../harness/service.ts'

/** What Slack answers to an install. */
export const installed = (changes: object = {}) => ({
  ok: true,
  access_token: 'xoxb-of-the-workspace',
  team: { id: 'T0ACME0001', name: 'Acme Corp' },
  authed_user: { id: 'U0ADA00001' },
  ...changes,
})

/** The same with a token of the user's own. */
export const withToken = (access_token: string) =>
  installed({ authed_user: { id: 'U0ADA00001', access_token } })

/** Installs of the app in Slack by the subscriber `ada`, or by one of whom only the id is known. */
export async function createInstalls(service: TestService) {
  const { api, consent } = service
  const profile = { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.com' }
  await api('POST', '/v2/subscribers', { subscriberId: 'ada', ...profile })
  await api('POST', '/v2/subscribers', { subscriberId: 'only-an-id' })
  let count = 0
  return {
    /** Asks for one in a context of its own; answers the address that Slack sends the user back to. */
    installing: async (body: Record<string, unknown> = {}, answer?: object) => {
      count += 1
      const name = `install-${count}`
      const made = await api('POST', '/v1/integrations/channel-connections/oauth', {
        integrationIdentifier: SANDBOX.integrationIdentifier,
        subscriberId: 'ada',
        connectionIdentifier: name,
        context: { way: name },
        ...body,
      })
      const callback = await consent(new URL((made.body as { url: string }).url))
      if (answer !== undefined) service.slackAnswers.push(() => Response.json(answer))
      return { name, callback, linkId: String(made.headers.get('latch-link-id')) }
    },
    /** The page to which the answer leads. */
    asked: async (first: Answer) => {
      const page = await openConfirmation(service, first)
      if (page === null) throw new Error(`asked nothing: ${first.status} ${first.text}`)
      return page
    },
    /** The status of the connection of that name: 404 unless it is stored. */
    stored: async (name: string): Promise<number> =>
      (await api('GET', `/v1/channel-connections/${name}`)).status,
    statusOf: async (linkId: string): Promise<unknown> =>
      (await api('GET', `/v1/links/${linkId}`)).body,
  }
}
