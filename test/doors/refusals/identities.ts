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
]
