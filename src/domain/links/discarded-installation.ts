import type { Deps } from '../../deps.ts'
import type { Installation } from '../../providers/provider.ts'
import type { HeldAttempt } from '../../store/links/held-attempts.ts'
import type { Actor } from '../decision.ts'
import type { DomainEvent } from '../events/registry.ts'
import { isFailure, reasonOf } from './explanations.ts'
import { readHeld } from './held-attempt.ts'
import type { KnownLink } from './known-link.ts'
import type { InstalledIn, LinkDecision, LinkOutcome, ProviderAnswer } from './outcome.ts'

/** The workspace in which a link installed the app or obtained consent; null if there is none. */
export function installedIn(answer: ProviderAnswer): InstalledIn | null {
  switch (answer.kind) {
    case 'installation':
      // Without proof, nobody knows whether there was a consent.
      return answer.adminProblem === null ? whereInstalled(answer.installation) : null
    case 'webhook':
      return answer.installedIn
    case 'failed':
      return answer.installedIn ?? null
    case 'user':
      return null
  }
}

/** The same for an answer that is held. */
export function installedInHeld(held: Pick<HeldAttempt, 'answer'>): InstalledIn | null {
  const answer = readHeld(held)?.answer
  if (answer === undefined || answer.kind === 'user') return null
  return answer.kind === 'webhook' ? answer.installedIn : whereInstalled(answer.installation)
}

export const whereInstalled = ({ workspace, userToken }: Installation): InstalledIn => ({
  id: workspace.id,
  name: workspace.name,
  userToken,
})

/** For an outcome that stores nothing: the provider at which the app stays installed, if it was. */
export const staysInstalled = (
  { provider }: Pick<KnownLink, 'provider'>,
  installed: InstalledIn | null,
): { installedAt?: string } =>
  installed === null || provider === undefined ? {} : { installedAt: provider.name }

/** The decision for a link. `settled`: another request has completed it meanwhile. */
type Decided = LinkDecision | { kind: 'settled'; outcome: LinkOutcome }

/**
 * The event of an installation of which nothing is stored, so that its token is not kept either; none
 * if it is stored.
 *
 * latch does not revoke that token. A bot token is the workspace's: another installation of the app
 * there often has the same one, so another connection may be working with it, and revoking it would
 * break that customer's integration. The app stays installed until somebody removes it at the
 * provider, which is why this is an event, and a line in the log.
 */
export function discardedEvents(
  { linkId, claims, subscriber }: KnownLink,
  installed: InstalledIn | null,
  decided: Decided,
): DomainEvent[] {
  if (installed === null || decided.kind === 'accepted') return []
  return [
    {
      type: 'link.installation_discarded',
      environmentId: claims.environmentId,
      subjectId: linkId,
      linkId,
      subscriberId: subscriber?.subscriberId ?? null,
      reason: reasonFor(decided),
      data: {
        integrationId: claims.integrationId,
        mode: claims.mode,
        contextKeys: [...claims.contextKeys],
        workspaceId: installed.id,
        workspaceName: installed.name,
      },
    },
  ]
}

/**
 * Logs what `discardedEvents` records, and revokes the token that is the user's own, if the provider
 * returned one: nobody else uses it, and latch keeps it nowhere.
 */
export async function endDiscarded(
  { log }: Pick<Deps, 'log'>,
  actor: Actor,
  { linkId, provider }: KnownLink,
  installed: InstalledIn | null,
  decided: Decided,
): Promise<void> {
  if (installed === null || decided.kind === 'accepted') return
  const fields = { requestId: actor.id, linkId, workspaceId: installed.id }
  log.warn(
    { ...fields, reason: reasonFor(decided) },
    'an installation was discarded, and its token was not revoked',
  )
  const { userToken } = installed
  if (userToken === null || provider?.connect?.kind !== 'code') return
  const { kind } = await provider.connect.revoke(userToken)
  if (kind !== 'revoked') log.warn({ ...fields, outcome: kind }, "a user's token was not revoked")
}

/** Another request may have completed the link meanwhile, even successfully. */
function reasonFor(decided: Exclude<Decided, { kind: 'accepted' }>): string {
  const outcome = decided.kind === 'settled' ? decided.outcome : decided
  return isFailure(outcome) ? reasonOf(outcome) : 'completed_already'
}
