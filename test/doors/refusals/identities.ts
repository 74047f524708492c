import type { Refusal } from './requests.ts'

export const OF_IDENTITIES: readonly Refusal[] = [
  {
    kind: 'not_linked',
    when: 'a chat user to whom nobody is linked',
    api: [
      ['GET', '/v1/identities/slack/T0NEW/U0NOBODY'],
      ['GET', '/v1/identities/slack/T0OTHER/U0NEW'],
      ['GET', '/v1/identities/msteams/T0NEW/U0NEW'],
    ],
  },
  {
    kind: 'verification_too_weak',
    when: 'a speaker token of somebody whom a backend has linked',
    api: [
      [
        'POST',
        '/v1/identities/token',
        { providerId: 'slack', workspaceId: 'T0NEW', userId: 'U0GRACE' },
      ],
    ],
  },
]
