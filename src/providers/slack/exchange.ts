import type { Static, TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { basicAuthorization } from '../basic-authorization.ts'
import { type Fetch, postForm } from '../call-provider.ts'
import type { CodeExchange, IdentifyOutcome } from '../provider.ts'
import { usesPkce } from './authorize.ts'
import { SlackRefusal } from './refusal.ts'

type Exchange = Pick<CodeExchange, 'app' | 'code' | 'redirectUri' | 'codeVerifier'>

/** What Slack granted, or why it refused. */
export type Exchanged<Granted> =
  | { kind: 'granted'; granted: Granted }
  | Exclude<IdentifyOutcome, { kind: 'identified' }>

/**
 * Sends a code to Slack exactly once (RFC 6749 §4.1.3). The client authenticates by HTTP Basic, as
 * Slack recommends (https://docs.slack.dev/reference/methods/oauth.v2.access).
 */
export async function exchangeCode<Granted extends TSchema>(
  fetch: Fetch,
  url: string,
  { app, code, redirectUri, codeVerifier }: Exchange,
  granted: Granted,
  more: Readonly<Record<string, string>> = {},
): Promise<Exchanged<Static<Granted>>> {
  const form = { code, redirect_uri: redirectUri, ...more }
  const proven = usesPkce(app) ? { ...form, code_verifier: codeVerifier } : form
  const authorization = basicAuthorization(app)
  const answer = await postForm(fetch, url, proven, { authorization })
  if (answer.kind === 'unavailable') {
    return { kind: 'unavailable', reason: answer.reason, codeSent: answer.sent }
  }
  const { status, body } = answer
  if (Value.Check(SlackRefusal, body)) return { kind: 'refused', error: body.error }
  if (Value.Check(granted, body)) return { kind: 'granted', granted: body }
  return { kind: 'unavailable', reason: `status ${status}, unexpected body`, codeSent: true }
}
