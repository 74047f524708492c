import type { TestService } from './service.ts'

/** The app of a company whose users latch links: it knows who is signed in, by its own cookie. */
export type CompanyApp = {
  /** The integration's `completionUrl`. */
  completionUrl: string
  /** Signs the browser in as a subscriber. */
  signInUrl(subscriberId: string): string
  stop(): Promise<void>
}

const COOKIE = 'company-session'

export const REFUSED_BY_APP = 'This link is not for your account'

/** Listens at another site than latch, so that cookies pass between the two as they do in production. */
export function startCompanyApp(service: Pick<TestService, 'api'>): CompanyApp {
  const sessions = new Map<string, string>()

  function signIn(subscriberId: string): Response {
    const session = crypto.randomUUID()
    sessions.set(session, subscriberId)
    const cookie = `${COOKIE}=${session}; Path=/; HttpOnly; SameSite=Lax`
    return page(200, `Signed in as ${subscriberId}`, { 'set-cookie': cookie })
  }

  async function complete(ticket: string | null, cookie: string): Promise<Response> {
    const [, session = ''] = new RegExp(`${COOKIE}=([\\w-]+)`).exec(cookie) ?? []
    const subscriberId = sessions.get(session)
    if (subscriberId === undefined) return page(401, 'Sign in')
    const { status, body } = await service.api('POST', '/v1/links/complete', {
      ticket,
      subscriberId,
    })
    if (status !== 200) return page(403, REFUSED_BY_APP)
    return Response.redirect((body as { url: string }).url, 302)
  }

  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: ({ url, headers }) => {
      const { pathname, searchParams } = new URL(url)
      if (pathname === '/sign-in') return signIn(String(searchParams.get('as')))
      if (pathname !== '/linked') return new Response(null, { status: 404 })
      return complete(searchParams.get('ticket'), headers.get('cookie') ?? '')
    },
  })
  return {
    completionUrl: `${server.url}linked`,
    signInUrl: (subscriberId) => `${server.url}sign-in?as=${subscriberId}`,
    stop: () => server.stop(true),
  }
}

const page = (status: number, heading: string, headers: Record<string, string> = {}): Response =>
  new Response(`<h1>${heading}</h1>`, {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', ...headers },
  })
