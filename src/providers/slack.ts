import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { type Fetch, postForm } from './post-form.ts'
import type { CodeExchange, IdentifyOutcome, Provider } from './provider.ts'

/** What Novu asks for where the caller does not say; new Slack apps need `openid` instead. */
const DEFAULT_USER_SCOPE = ['identity.basic']

const Refused = Type.Object({ ok: Type.Literal(false), error: Type.String() })

/** https://docs.slack.dev/reference/methods/oauth.v2.access */
const Granted = Type.Object({
  ok: Type.Literal(true),
  authed_user: Type.Object({ id: Type.String({ minLength: 1 }) }),
  team: Type.Object({
    id: Type.String({ minLength: 1 }),
    name: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  }),
})

export function createSlack(slackUrl: string, fetch: Fetch): Provider {
  return {
    id: 'slack',
    name: 'Slack',
    title: 'Slack',
    endpointType: 'slack_user',

    linkUserUrl({ clientId, redirectUri, state, userScope, workspaceId }) {
      const query = new URLSearchParams([
        ['state', state],
        ['client_id', clientId],
        ['redirect_uri', redirectUri],
        ['user_scope', (userScope ?? DEFAULT_USER_SCOPE).join(',')],
      ])
      // Opens Slack at this workspace; the user can still choose another, so it proves nothing.
      if (workspaceId !== null) query.set('team', workspaceId)
      return `${slackUrl}/oauth/v2/authorize?${query}`
    },

    identify: (exchange) => identify(slackUrl, fetch, exchange),
    endpointOf: ({ userId }) => ({ userId }),
  }
}

async function identify(
  slackUrl: string,
  fetch: Fetch,
  { credentials, code, redirectUri }: CodeExchange,
): Promise<IdentifyOutcome> {
  const answer = await postForm(
    fetch,
    `${slackUrl}/api/oauth.v2.access`,
    { code, redirect_uri: redirectUri },
    { authorization: basic(credentials.clientId, credentials.clientSecret) },
  )
  if (answer.kind === 'unavailable') {
    return { kind: 'unavailable', reason: answer.reason, codeSent: answer.sent }
  }
  if (Value.Check(Refused, answer.body)) return { kind: 'refused', error: answer.body.error }
  if (Value.Check(Granted, answer.body)) return identified(answer.body)
  return { kind: 'unavailable', reason: `status ${answer.status}, unexpected body`, codeSent: true }
}

/** The user's token in the answer is not read: latch has no use for it, so it keeps none. */
const identified = ({ authed_user, team }: Static<typeof Granted>): IdentifyOutcome => ({
  kind: 'identified',
  identity: { userId: authed_user.id, workspace: { id: team.id, name: team.name ?? null } },
})

/** RFC 6749 §2.3.1: both parts are form-encoded before they are joined. */
function basic(clientId: string, clientSecret: string): string {
  const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1)
  return `Basic ${btoa(`${encode(clientId)}:${encode(clientSecret)}`)}`
}
