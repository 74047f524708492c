import type { Refusal } from './requests.ts'

export const OF_COMMANDS: readonly Refusal[] = [
  {
    kind: 'environment_not_found',
    when: 'no environment of that id',
    command: {
      action: 'keys.create',
      input: { environmentId: 'none', name: 'ci', permission: 'all', expiresInDays: null },
      says: 'There is no environment none',
    },
  },
  {
    kind: 'key_not_found',
    when: 'no key of that id',
    command: {
      action: 'keys.revoke',
      input: { environmentId: null, id: 'none' },
      says: 'there is no key none',
    },
  },
]
