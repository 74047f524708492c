import { afterAll, describe, expect, test } from 'bun:test'
import { actions } from '../../src/operator/actions.ts'
import { openDoors } from './doors.ts'
import { createMutations, type Document } from './mutations.ts'

const doors = await openDoors()
afterAll(() => doors.service.stop())

/** A good input of each command that stores what it is given. */
const SAMPLES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'environments.create': { name: 'Staging' },
  'keys.create': {
    environmentId: null,
    name: 'ci',
    permissions: ['all', 'speak'],
    audiences: ['https://app.example.com'],
    expiresInDays: 7,
  },
  'integrations.create': {
    environmentId: null,
    providerId: 'slack',
    identifier: 'second',
    name: 'YourApp',
    clientId: '1.2',
    clientSecret: 'secret',
    own: { tenantId: 'tenant' },
  },
  'integrations.set-secret': {
    environmentId: null,
    identifier: 'slack',
    clientSecret: 'another',
  },
}

/** Commands that store nothing of what they are given. */
const OTHERS = [
  'connections.approve',
  'doctor',
  'explain',
  'environments.list',
  'events.list',
  'events.verify',
  'integrations.list',
  'keys.list',
  'keys.revoke',
  'secret-key.check',
  'secret-key.rotate',
  'signing-keys.rotate',
  'subscribers.erase',
  'subscribers.export',
  'whois',
]

const inputs = actions.filter(({ name }) => name in SAMPLES)
const schemas = Object.fromEntries(inputs.map(({ name, input }) => [name, input]))
// As JSON: TypeBox's own marks are of no use here.
const document = JSON.parse(JSON.stringify({ paths: {}, components: { schemas } })) as Document
const mutationsOf = createMutations(document)

test('every command has a sample, or stores none of its input', () => {
  expect(actions.map(({ name }) => name).sort()).toEqual(
    [...Object.keys(SAMPLES), ...OTHERS].sort(),
  )
})

describe('a command refuses invalid input, and stores nothing:', () => {
  for (const [name, sample] of Object.entries(SAMPLES)) {
    test(name, async () => {
      const before = doors.stored()
      const mutations = mutationsOf(name, sample)
      expect(mutations.length).toBeGreaterThan(2)
      for (const { field, what, body } of mutations) {
        const { status } = await doors.command(name, body)
        // 400: another version sent it. 422: the domain refuses it, and somebody is told why.
        expect([field, what, [400, 422].includes(status) ? 'refused' : status]).toEqual([
          field,
          what,
          'refused',
        ])
      }
      expect(doors.stored()).toBe(before)
      const done = await doors.command(name, sample)
      expect([done.status, done.message]).toEqual([200, 'undefined'])
    })
  }
})
