import type { Answer } from './call-api.ts'
import { SANDBOX } from './sandbox.ts'
import type { TestService } from './service.ts'

/** A browser: it keeps its cookies, and follows no redirect by itself. */
export type Jar = { open(address: string): Promise<Answer>; cookies: Map<string, string> }

export function createJar(service: Pick<TestService, 'open'>): Jar {
  const cookies = new Map<string, string>()
  return {
    cookies,
    async open(address) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const answer = await service.open(address, { accept: 'text/html', cookie })
      for (const set of answer.headers.getSetCookie()) {
        const [name = '', value = ''] = (set.split(';')[0] ?? '').split('=')
        cookies.set(name, value)
      }
      return answer
    },
  }
}

/** The app's address that learns who is signed in. Nothing listens there: tests read what it is sent. */
export const COMPLETION_URL = 'https://app.example.com/linked?from=latch'

export const locationOf = ({ headers }: Answer): string => String(headers.get('location'))

export const ticketIn = (answer: Answer): string =>
  new URL(locationOf(answer)).searchParams.get('ticket') ?? ''

/** An integration whose links require a session of the app. */
export const addSessionIntegration = (service: TestService, identifier: string): Promise<Answer> =>
  service.api('POST', '/v1/integrations', {
    providerId: 'slack',
    channel: 'chat',
    identifier,
    credentials: { clientId: SANDBOX.clientId, secretKey: SANDBOX.clientSecret },
    configurations: {
      userVerification: 'session',
      connectVerification: 'session',
      completionUrl: COMPLETION_URL,
    },
  })

/** What the app's backend does with a ticket: it says who is signed in. */
export const complete = (
  service: TestService,
  ticket: string,
  subscriberId = 'subscriber-123',
): Promise<Answer> => service.api('POST', '/v1/links/complete', { ticket, subscriberId })

export const urlOf = ({ body }: Answer): string => (body as { url: string }).url
