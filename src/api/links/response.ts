import { type Static, Type } from '@sinclair/typebox'
import { ContextPayload } from '../../domain/contexts/payload.ts'
import type { Accepted } from '../../domain/decision.ts'
import { AccountName } from '../../domain/links/account-name.ts'
import type { ConnectLinkRefusal } from '../../domain/links/make-link.ts'
import type { SignedLink } from '../../domain/links/sign-link.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { type ApiError, badRequest, notFound, refusedFields } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import { type Call, type Reply, reply } from '../../http/change.ts'
import type { Tag } from '../../http/declares.ts'
import { EXAMPLE } from '../../providers/example.ts'
import { ownerError } from '../connections/owner.ts'
import { connectionNotApproved } from '../connections/response.ts'

export const LINKS: Tag = {
  name: 'Links',
  description: 'Create links for users to open, and read what became of them.',
}

/** The fields that every kind of link has. */
export const LINK_FIELDS = {
  integrationIdentifier: Type.String({
    minLength: 1,
    emptyMessage: 'Integration identifier is required',
    description: 'The `identifier` of an integration.',
    examples: [EXAMPLE.integrationIdentifier],
  }),
  display: Type.Optional(AccountName),
  context: Type.Optional(ContextPayload),
  contextHash: Type.Optional(
    Type.String({
      description:
        'Required if the integration has `hmac`: the HMAC-SHA256, in hex, of the canonical JSON of ' +
        '`context`, keyed with the API key.',
    }),
  ),
}

const OAuthUrl = Type.Object(
  { url: Type.String({ description: 'Where to send the user. Valid for 5 minutes.' }) },
  { title: 'GenerateChatOAuthUrlResponseDto' },
)
type OAuthUrl = Static<typeof OAuthUrl>

export const LINK_RESPONSES = {
  201: { description: 'The link', schema: OAuthUrl, headers: { 'Latch-Link-Id': 'always' } },
  404: {
    description:
      'No such integration, subscriber or connection, or the integration has no client id',
  },
} as const

type LinkDecision =
  | Accepted<SignedLink>
  | ConnectLinkRefusal
  | { kind: 'subscriber_required'; for: 'link_user' }

/** The response with the link, or Novu's error for a refusal. */
export const linkResponse =
  ({ environmentId }: Caller) =>
  (decided: LinkDecision): Reply<201, OAuthUrl> | ApiError => {
    if (decided.kind !== 'accepted') return linkError(decided, environmentId)
    const { url, linkId } = decided.value
    return reply(201, { url }, { 'latch-link-id': linkId })
  }

/** Counts a new link in the metrics, and logs it at the level `debug`. Replays are not counted. */
export const recordLink =
  (
    { metrics, log }: Pick<ApiDeps, 'metrics' | 'log'>,
    { caller, body, set }: Pick<Call, 'caller' | 'set'> & { body: RequestedLink },
  ) =>
  (decided: LinkDecision): void => {
    if (decided.kind !== 'accepted') return
    const { providerId, mode, linkId } = decided.value
    metrics.linkMade(providerId, mode)
    if (!log.isDebugging()) return
    const fields = {
      requestId: set.headers['x-request-id'],
      apiKeyId: caller.apiKeyId,
      linkId,
      provider: providerId,
      integration: body.integrationIdentifier,
      subscriberId: body.subscriberId ?? null,
      mode,
    }
    log.debug(fields, 'link')
  }

type RequestedLink = { integrationIdentifier: string; subscriberId?: string }

/** Novu's errors. Some of the messages end in a space, as Novu's do. */
function linkError(
  refusal: Exclude<LinkDecision, Accepted<SignedLink>>,
  environmentId: string,
): ApiError {
  switch (refusal.kind) {
    case 'invalid':
      return refusedFields(refusal)
    case 'integration_not_found': {
      const message = `Integration not found: ${refusal.identifier} in environment ${environmentId}`
      return notFound(refusal.kind, message)
    }
    case 'subscriber_not_found':
      return notFound(refusal.kind, `Subscriber not found: ${refusal.subscriberId}`)
    case 'connection_not_found':
      return notFound(refusal.kind, `Channel connection not found: ${refusal.identifier}`)
    case 'connection_not_approved':
      return connectionNotApproved(refusal.identifier)
    case 'integration_without_credentials':
      return notFound(refusal.kind, `${refusal.title} integration missing credentials `)
    case 'integration_without_client_id': {
      const missing = 'missing required OAuth credentials (clientId) '
      return notFound(refusal.kind, `${refusal.title} integration ${missing}`)
    }
    case 'completion_url_missing': {
      const message = 'Links of this integration require a session: set its completionUrl first'
      return badRequest(refusal.kind, message)
    }
    case 'connect_not_supported':
      return badRequest(refusal.kind, `OAuth not supported for provider: ${refusal.providerId}`)
    case 'context_required':
      return refusal.for === 'shared_connection'
        ? ownerError(refusal)
        : badRequest(refusal.kind, 'A context is required when HMAC validation is enabled.')
    case 'context_hash_required': {
      const message = 'A valid contextHash is required when HMAC validation is enabled.'
      return badRequest(refusal.kind, message)
    }
    case 'context_hash_mismatch':
      return badRequest(refusal.kind, 'Please provide a valid context HMAC hash')
    case 'context_not_canonical': {
      const message = 'A context with fractional numbers has no canonical JSON to be hashed'
      return badRequest(refusal.kind, message)
    }
    case 'subscriber_required': {
      if (refusal.for === 'subscriber_connection') return ownerError(refusal)
      const forWhat = refusal.for === 'link_user' ? 'link_user mode' : 'incoming webhook'
      return badRequest(refusal.kind, `subscriberId is required for ${forWhat}`)
    }
    case 'owner_required':
      return ownerError(refusal)
  }
}
