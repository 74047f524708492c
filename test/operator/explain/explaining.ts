import { expect, test } from 'bun:test'
import { explainAction } from '../../../src/operator/explain.ts'
import { sendAction } from '../../../src/operator/send-action.ts'
import { createEntraDirectory } from '../../../src/providers/msteams/stand-in/directory.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { LINK_PATH, SAMPLE_BODY, startService, type TestService } from '../../harness/service.ts'

export const CONNECT_PATH = '/v1/integrations/channel-connections/oauth'
const TEAMS = SANDBOX.msteams.integrationIdentifier
export const [ADELE = '', LEE = '', MEGAN = ''] = createEntraDirectory({
  clientId: '',
  clientSecret: '',
  redirectUri: '',
}).users.map(({ id }) => id)

export const slackApp = { clientId: SANDBOX.clientId, secretKey: SANDBOX.clientSecret }

export type Made = { id: string; url: URL }
type Explained = Awaited<ReturnType<typeof explainAction.run>>

/** A service whose links are explained by its own action, as `latch explain` asks for it. */
export type Explaining = {
  service: TestService
  explain(text: string): Promise<Explained>
  /** A link with a context of its own, so that what one test stores is nothing to the next. */
  make(changes?: Record<string, unknown>, path?: string): Promise<Made>
  teams(changes?: Record<string, unknown>, path?: string): Promise<Made>
  connectTeams(): Promise<Made>
  makeIntegration(
    providerId: string,
    credentials: Record<string, unknown>,
  ): Promise<{ id: string; identifier: string }>
  /** The callback of a link, as the provider would send the user back to it. */
  callbackOf(made: Made, parameters: Record<string, string>): string
  /** Opens a link's consent page, decides, and follows the user back. Answers the link's id. */
  follow(link: Made, choice?: Parameters<TestService['consent']>[1]): Promise<string>
  /** The same, but the provider answers latch with that. */
  followTo(
    answer: () => Response,
    link: Made,
    choice: Parameters<TestService['consent']>[1],
    providerId: string,
  ): Promise<string>
}

export async function startExplaining(): Promise<Explaining> {
  const service = await startService()
  let count = 0
  const make: Explaining['make'] = async (changes = {}, path = LINK_PATH) => {
    count += 1
    const body = { ...SAMPLE_BODY, context: { n: `${count}` }, ...changes }
    const made = await service.api('POST', path, body)
    if (made.status !== 201) throw new Error(made.text)
    const { url } = made.body as { url: string }
    return { id: String(made.headers.get('latch-link-id')), url: new URL(url) }
  }
  const teams: Explaining['teams'] = (changes = {}, path = LINK_PATH) =>
    make({ integrationIdentifier: TEAMS, connectionIdentifier: null, ...changes }, path)
  return {
    service,
    explain: async (text) => {
      const sent = await sendAction(service.dataDir, explainAction, { text })
      if (sent.kind !== 'done') throw new Error(sent.kind)
      return sent.output
    },
    make,
    teams,
    connectTeams: () => teams({}, CONNECT_PATH),
    makeIntegration: async (providerId, credentials) => {
      const made = await service.api('POST', '/v1/integrations', {
        providerId,
        channel: 'chat',
        credentials,
      })
      const { _id, identifier } = made.body as { _id: string; identifier: string }
      return { id: _id, identifier }
    },
    callbackOf: ({ url }, parameters) => {
      const state = url.searchParams.get('state') ?? ''
      return `${service.url}/v1/integrations/chat/oauth/callback?${new URLSearchParams({ state, ...parameters })}`
    },
    followTo: async (answer, link, choice, providerId) => {
      const callback = await service.consent(link.url, choice)
      service.standIn(providerId).answers.push(answer)
      await service.open(callback)
      return link.id
    },
    follow: async (link, choice = {}) => {
      const callback = await service.consent(link.url, choice)
      const { headers } = await service.finish(callback)
      // After an administrator's consent, they sign in.
      const signIn = URL.parse(headers.get('location') ?? '')
      if (signIn?.pathname.endsWith('/authorize')) {
        await service.finish(await service.consent(signIn, choice))
      }
      return link.id
    },
  }
}

export const withParameter = (address: string | URL, name: string, value: string): string => {
  const url = new URL(address)
  url.searchParams.set(name, value)
  return url.toString()
}

/** A link that fails, and how that is explained. */
export type FailedLink = {
  name: string
  /** Has it go wrong, and answers the link's id. */
  provoke: () => Promise<string>
  reason: string
  /** What the provider said. */
  said: string | null
  /** A part of what it means, and of what to do. */
  meaning: string
  remedy: string
}

export function testFailedLinks(
  { explain, service }: Pick<Explaining, 'explain' | 'service'>,
  cases: readonly FailedLink[],
): void {
  for (const { name, provoke, reason, said, meaning, remedy } of cases) {
    test(name, async () => {
      const id = await provoke()
      const { links, code } = await explain(id)
      expect(code).toBeNull()
      const [link] = links
      expect(link?.status).toBe('failed')
      expect(link?.why).toEqual({
        reason,
        providerError: said,
        meaning: expect.stringContaining(meaning),
        remedy: expect.stringContaining(remedy),
      })
      const failed = link?.steps.find(({ what }) => what === 'link.failed')
      expect(failed?.why).toEqual(link?.why ?? null)
      expect(link?.steps[0]?.what).toBe('made')
      // The API says the same.
      expect((await service.api('GET', `/v1/links/${id}`)).body).toMatchObject({
        id,
        status: 'failed',
        usable: link?.usable,
        reason,
        providerError: said,
        explanation: link?.why?.meaning,
        remedy: link?.why?.remedy,
      })
    }, 20_000)
  }
}
