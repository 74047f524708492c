import { afterAll, describe, expect, test } from 'bun:test'
import { openDoors } from './doors.ts'
import { createMutations, type Document, isObject } from './mutations.ts'
import { apiSamples } from './samples.ts'

const doors = await openDoors()
const { service } = doors
const { store } = service.deps
afterAll(() => service.stop())

const document = (await service.api('GET', '/openapi.json')).body as Document
const mutationsOf = createMutations(document)
const environmentId = String((await store.environments.first())?.id)
const integrationId = String(
  (await store.integrations.findByIdentifier(environmentId, 'msteams'))?.id,
)
const samples = apiSamples({ environmentId, integrationId })

test('every request body of the API has a sample', () => {
  const bodies = Object.values(document.paths).flatMap((operations) =>
    Object.values(operations).flatMap(({ requestBody }) =>
      requestBody === undefined
        ? []
        : String(requestBody.content['application/json'].schema.$ref).split('/').slice(-1),
    ),
  )
  expect(Object.keys(samples).sort()).toEqual(bodies.sort())
})

describe('the API refuses invalid input, names the field, and stores nothing:', () => {
  for (const [name, { method, path, body: sample, status }] of Object.entries(samples)) {
    test(name, async () => {
      const before = doors.stored()
      const mutations = mutationsOf(name, sample)
      expect(mutations.length).toBeGreaterThan(2)
      for (const { field, what, body } of mutations) {
        const answer = await service.api(method, path, body)
        const { errors = {} } = answer.body as { errors?: unknown }
        const named = isObject(errors) ? Object.keys(errors) : []
        expect([field, what, answer.status, named.some((one) => isOf(one, field))]).toEqual([
          field,
          what,
          422,
          true,
        ])
      }
      expect(doors.stored()).toBe(before)
      const accepted = await service.api(method, path, sample)
      expect([accepted.status, accepted.text]).toEqual([status, expect.anything()])
    })
  }
})

/** A field may be told of as a whole, and U+0000 always is. */
const isOf = (named: string, field: string): boolean =>
  named === field || field.startsWith(`${named}.`) || named.startsWith(`${field}.`)
