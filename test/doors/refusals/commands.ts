import type { Refusal } from './requests.ts'

export const OF_COMMANDS: readonly Refusal[] = [
  {
    kind: 'environment_not_found',
    when: 'no environment of that id',
    command: {
      action: 'keys.create',
      input: {
        environmentId: 'none',
        name: 'ci',
        permissions: ['all'],
        audiences: [],
        expiresInDays: null,
      },
      says: 'No such environment: none',
    },
  },
  {
    kind: 'key_not_found',
    when: 'no key of that id',
    command: {
      action: 'keys.revoke',
      input: { environmentId: null, id: 'none' },
      says: 'No such API key: none',
    },
  },
]
