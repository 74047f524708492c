import { afterAll, expect, test } from 'bun:test'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'
import {
  COMPLETION_URL,
  complete,
  createJar,
  locationOf,
  ticketIn,
  urlOf,
} from '../../harness/session-app.ts'
import { ADELE, connectTenant } from './teams.ts'

const service = await startService()
afterAll(() => service.stop())

const { clientId, clientSecret } = SANDBOX.msteams
await service.api('POST', '/v1/integrations', {
  providerId: 'msteams',
  channel: 'chat',
  identifier: 'app',
  credentials: { clientId, secretKey: clientSecret },
  configurations: { connectVerification: 'session', completionUrl: COMPLETION_URL },
})

test("an administrator's consent and sign-in both demand the browser that opened the link", async () => {
  const link = await connectTenant(service, {
    integrationIdentifier: 'app',
    connectionIdentifier: 'contoso',
  })
  const stored = async () => (await service.api('GET', '/v1/channel-connections/contoso')).status
  const [honest, other] = [createJar(service), createJar(service)]
  const continued = urlOf(await complete(service, ticketIn(await honest.open(link.toString()))))
  const provider = new URL(locationOf(await honest.open(continued)))
  expect(provider.pathname).toBe('/organizations/v2.0/adminconsent')
  const word = await service.consent(provider, { user: ADELE })
  expect((await other.open(word)).status).toBe(403)
  const signIn = new URL(locationOf(await honest.open(word)))
  const callback = await service.consent(signIn, { user: ADELE })
  expect((await other.open(callback)).status).toBe(403)
  expect(await stored()).toBe(404)
  // The app has said who is signed in, so nothing more is asked.
  expect((await honest.open(callback)).status).toBe(200)
  expect(await stored()).toBe(200)
})
