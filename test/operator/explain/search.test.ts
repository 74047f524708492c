import { afterAll, describe, expect, test } from 'bun:test'
import { startExplaining } from './explaining.ts'

const { service, explain, make } = await startExplaining()
const { consent, open } = service
afterAll(() => service.stop())

describe('what is refused before it is known to be a link is explained by its name in the log:', () => {
  const callback = `${service.url}/v1/integrations/chat/oauth/callback`
  const refused: [string, string, string][] = [
    // docs/providers.md#callbacks-without-a-state
    ['an installation from Slack’s own pages', `${callback}?code=x`, 'state_missing'],
    ['a state that is not ours', `${callback}?code=x&state=a.b.c`, 'state_invalid'],
    ['a parameter that comes twice', `${callback}?state=a&state=b`, 'parameter_repeated'],
  ]
  for (const [name, address, reason] of refused) {
    test(name, async () => {
      const answer = await open(address, { accept: 'text/html', 'x-request-id': `no-${reason}` })
      expect(answer.text).toContain(`no-${reason}`)
      const line = service.logged.findLast(({ message }) => message === 'callback')
      expect(line?.fields).toMatchObject({ requestId: `no-${reason}`, reason })
      expect((await explain(reason)).code?.remedy).toContain('exact URL')
      expect(await explain(`no-${reason}`)).toEqual({ links: [], code: null })
    })
  }
})

describe('the same is found', () => {
  test('by the reference of the page, and by the id of the request', async () => {
    const link = await make()
    const denied = await consent(link.url, { decision: 'deny' })
    const first = await open(denied)
    const again = await open(denied)
    const references = [first, again].map(({ text }) => /<code>([\w-]+)<\/code>/.exec(text)?.[1])
    const requestId = first.headers.get('x-request-id')
    for (const text of [...references, requestId]) {
      expect((await explain(String(text))).links).toMatchObject([
        { id: link.id, why: { reason: 'access_denied' } },
      ])
    }
  })

  test('of several links, where a proxy gives requests the same id', async () => {
    const headers = { accept: 'text/html', 'x-request-id': 'always-this' }
    const links = [await make(), await make()]
    for (const { url } of links) await open(await consent(url), headers)
    const found = (await explain('always-this')).links.map(({ id }) => id)
    expect(found).toEqual(links.map(({ id }) => id).reverse())
  })

  test('never, where there is no such thing', async () => {
    for (const text of ['lnk_', 'lnk_x', 'nothing', 'toString', "' or 1=1", '%']) {
      expect(await explain(text)).toEqual({ links: [], code: null })
    }
  })
})
