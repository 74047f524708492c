import { expect, test } from 'bun:test'
import { openDoors } from './doors.ts'
import { prepare } from './refusals.ts'
import { apiSamples } from './samples.ts'

/** U+0000, half a surrogate pair, and a byte that is no UTF-8, as they come in an address. */
const UNSTORABLE = ['%00', '%ED%A0%80', '%FF']

test('nothing in a URL path is stored if it would be read back as something else', async () => {
  const doors = await openDoors()
  const { service } = doors
  const { integrationId } = await prepare(doors)
  const { paths } = (await service.api('GET', '/openapi.json')).body as {
    paths: Record<string, Record<string, { operationId: string }>>
  }
  const samples = Object.values(apiSamples({ environmentId: '', integrationId }))
  const before = doors.stored()
  let tried = 0
  for (const [path, operations] of Object.entries(paths)) {
    if (!path.includes('{')) continue
    for (const method of Object.keys(operations).map((name) => name.toUpperCase())) {
      const isThis = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
      const sample = samples.find((one) => one.method === method && isThis.test(one.path))
      for (const unstorable of UNSTORABLE) {
        const address = path.replaceAll(/\{\w+\}/g, `second${unstorable}`)
        const { status } = await service.api(method, `${address}?x=${unstorable}`, sample?.body)
        expect([method, address, status < 500 && status >= 400]).toEqual([method, address, true])
        tried += 1
      }
    }
  }
  expect(tried).toBeGreaterThan(30)
  expect(doors.stored()).toBe(before)
  await service.stop()
})
