import { afterAll, describe, expect, test } from 'bun:test'
import { LEE, startExplaining } from './explaining.ts'

const explaining = await startExplaining()
const { service, explain, make, teams, callbackOf, followTo } = explaining
afterAll(() => service.stop())

type Provoke = (code: string) => Promise<string>

/** How each provider says a code: to the browser, and to latch when it exchanges the code. */
const WAYS: [provider: string, way: string, provoke: Provoke][] = [
  [
    'slack',
    'by the browser',
    async (code) => {
      const link = await make()
      await service.open(callbackOf(link, { error: code }))
      return link.id
    },
  ],
  [
    'slack',
    'at the exchange',
    async (code) => {
      const answer = () => Response.json({ ok: false, error: code })
      return followTo(answer, await make(), {}, 'slack')
    },
  ],
  [
    'msteams',
    'by the browser',
    async (code) => {
      const link = await teams()
      const error_description = `${code}: somebody@example.com. Trace ID: 0a1b2c`
      await service.open(callbackOf(link, { error: 'access_denied', error_description }))
      return link.id
    },
  ],
  [
    'msteams',
    'at the exchange',
    async (code) => {
      const body = { error: 'invalid_grant', error_description: `${code}: Trace ID: 0a1b2c` }
      const answer = () => Response.json(body, { status: 400 })
      return followTo(answer, await teams(), { user: LEE }, 'msteams')
    },
  ],
]

describe('every code that is known of a provider is explained by its own words', () => {
  for (const [providerId, way, provoke] of WAYS) {
    const meanings = service.deps.providers.get(providerId)?.errors.meanings ?? {}
    for (const [code, explanation] of Object.entries(meanings)) {
      test(`${providerId} says ${code} ${way}`, async () => {
        const id = await provoke(code)
        const [link] = (await explain(id)).links
        expect(link?.why).toMatchObject(explanation)
        expect(link?.why?.providerError).toContain(code)
        expect(JSON.stringify(link)).not.toMatch(/example\.com|0a1b2c/)
        expect((await service.api('GET', `/v1/links/${id}`)).body).toMatchObject({
          status: 'failed',
          explanation: explanation.meaning,
          remedy: explanation.remedy,
        })
        // The log says it, too.
        const line = service.logged.findLast(({ message }) => message === 'callback')
        expect(line?.fields).toMatchObject({ linkId: id, providerError: link?.why?.providerError })
      })
    }
  }
})
