import { type Answer, readAnswer } from './call-api.ts'

/** A browser without a window: keeps cookies, and says where its forms come from. */
export type TestBrowser = {
  /** Opens an address, and does not follow a redirect. */
  open(address: string): Promise<Answer>
  /** Opens an address, follows redirects, and returns the last page with its address. */
  visit(address: string): Promise<Answer & { address: string }>
  /** Sends a form as a page of its origin does. */
  post(address: string, form: Record<string, string>, headers?: object): Promise<Answer>
  /** Its `Cookie` header. */
  cookie(): string
}

export function createBrowser(): TestBrowser {
  const jar = new Map<string, string>()
  const cookie = (): string => [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  async function ask(address: string, init: RequestInit = {}): Promise<Answer> {
    const headers = { accept: 'text/html', cookie: cookie(), ...init.headers }
    const response = await fetch(address, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    return readAnswer(response)
  }
  return {
    cookie,
    open: (address) => ask(address),
    visit: async (address) => {
      for (let at = address; ; ) {
        const answer = await ask(at)
        const location = answer.headers.get('location')
        if (location === null) return { ...answer, address: at }
        at = new URL(location, at).href
      }
    },
    post: (address, form, headers = {}) =>
      ask(address, {
        method: 'POST',
        body: new URLSearchParams(form),
        headers: { origin: new URL(address).origin, ...headers },
      }),
  }
}

/** The form of a page: where it is sent, and its hidden fields. */
export function formOf({ text, address }: { text: string; address: string }): {
  action: string
  token: string
} {
  const [, action] = /<form method="post" action="([^"]+)"/.exec(text) ?? []
  const [, token] = /name="token" value="([^"]+)"/.exec(text) ?? []
  if (action === undefined || token === undefined) throw new Error(`no form: ${text}`)
  return { action: new URL(action.replaceAll('&amp;', '&'), address).href, token }
}
