import { expect, test } from 'bun:test'
import { readApp, readUsableApp } from '../../../src/domain/integrations/app.ts'
import { createProviders } from '../../../src/providers/create-providers.ts'
import { REGISTRY } from '../../../src/providers/registry.ts'

const addresses = Object.fromEntries(
  REGISTRY.flatMap((one) => Object.entries(one.addresses)).map(([name, { fallback }]) => [
    name,
    fallback,
  ]),
)
const noFetch = () => Promise.reject(new Error('nobody is to be asked'))
const [provider] = (await createProviders(REGISTRY, addresses, noFetch, Date.now)).values()
if (provider === undefined) throw new Error('no provider')
const complete = { clientId: 'id', secretKey: 'secret' }

test('an app with a client id and a client secret is usable', () => {
  expect(readUsableApp(provider, complete)).toMatchObject({
    kind: 'app',
    app: { clientId: 'id', clientSecret: 'secret' },
  })
})

// An empty text is what a form sends for a field that was not filled in.
test('an app without either, or with an empty one, lacks its credentials', () => {
  const incomplete = [
    {},
    { clientId: 'id' },
    { secretKey: 'secret' },
    { ...complete, clientId: '' },
    { ...complete, secretKey: '' },
  ]
  for (const credentials of incomplete) {
    const { kind } = readUsableApp(provider, credentials)
    expect([credentials, kind]).toEqual([credentials, 'credentials_missing'])
  }
  expect(readApp(provider, { clientId: '', secretKey: '' })).toMatchObject({
    clientId: null,
    clientSecret: null,
  })
})
