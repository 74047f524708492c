import type { Case } from '../../harness/cases.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import type { TestService } from '../../harness/service.ts'

/** What everybody asks a link with, whatever kind of link it is. */
export const ASKED = {
  subscriberId: SANDBOX.subscriberId,
  integrationIdentifier: SANDBOX.integrationIdentifier,
}

const CONTEXT_SHAPE = /^Invalid context payload structure/

/** Contexts that no link is made for, and what is said of each. */
const CONTEXTS: [string, unknown, RegExp][] = [
  ['no entry', {}, CONTEXT_SHAPE],
  ['a bad id', { tenant: 'a b' }, CONTEXT_SHAPE],
  ['a type with a space', { 'a b': 'acme' }, CONTEXT_SHAPE],
  ['a type with a colon', { 'a:b': 'acme' }, CONTEXT_SHAPE],
  ['a type of two lines, and no id', { 'a\nb': null }, CONTEXT_SHAPE],
  [
    'six entries',
    Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`t${n}`, 'id'])),
    /^Too many contexts: 6 provided, maximum allowed is 5/,
  ],
  [
    'too much data',
    { tenant: { id: 'a', data: { text: 'x'.repeat(70_000) } } },
    /^Context 'tenant' data is too large: 69KB exceeds 64KB limit/,
  ],
]

/** Integrations for which no link can be made, and what is said of each. */
const INCOMPLETE: [string, object | undefined, string][] = [
  ['credentials', undefined, 'Slack integration missing credentials '],
  [
    'a client id',
    { secretKey: 'secret' },
    'Slack integration missing required OAuth credentials (clientId) ',
  ],
]

/** What every operation that makes a link refuses alike, asked with `more` than they all want. */
export function refusedAlike({ api }: TestService, more: object = {}): Case[] {
  const asked = (changes: object) => ({ request: { body: { ...ASKED, ...more, ...changes } } })
  return [
    {
      name: 'an unknown integration, naming the environment',
      ...asked({ integrationIdentifier: 'none' }),
      status: 404,
      code: 'integration_not_found',
      contains: { message: /^Integration not found: none in environment [0-9a-f]{24}$/ },
      headers: { 'latch-link-id': null },
    },
    {
      name: 'an unknown subscriber',
      ...asked({ subscriberId: 'nobody' }),
      status: 404,
      code: 'subscriber_not_found',
      contains: { message: 'Subscriber not found: nobody' },
      headers: { 'latch-link-id': null },
    },
    ...INCOMPLETE.map(
      ([name, credentials, message]): Case => ({
        name: `an integration without ${name}`,
        status: 404,
        contains: { message },
        before: async () => {
          const integration = { providerId: 'slack', channel: 'chat', credentials }
          const { body } = await api('POST', '/v1/integrations', integration)
          const { identifier } = body as { identifier: string }
          return asked({ integrationIdentifier: identifier }).request
        },
      }),
    ),
    ...CONTEXTS.map(
      ([name, context, message]): Case => ({
        name: `a context with ${name}`,
        ...asked({ context }),
        status: 422,
        code: 'validation_failed',
        contains: { message: 'Validation Error', errors: { context: { messages: [message] } } },
      }),
    ),
    {
      name: 'no integration',
      ...asked({ integrationIdentifier: undefined }),
      status: 422,
      contains: { errors: { integrationIdentifier: { value: undefined } } },
    },
  ]
}
