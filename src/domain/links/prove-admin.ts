import type { Deps } from '../../deps.ts'
import type { AdminConsent } from '../../providers/provider.ts'
import type { Proofs } from '../../secrets/proofs.ts'
import { APP_ONLY } from '../connections/auth.ts'
import { adminPolicyOf } from '../integrations/credentials.ts'
import { retryDelayMs } from '../retry-delay.ts'
import { callbackUrl } from './addresses.ts'
import { failedAnswer } from './identify-user.ts'
import type { ConnectClaims, FailedAnswer, InstallationAnswer } from './outcome.ts'
import { readIdentity } from './shape.ts'
import type { LinkTarget } from './target.ts'

/**
 * Asks the provider who has signed in at the tenant that word of a consent named, and whether they may
 * consent for it. Only this proves anything: the parameters of the consent's callback are claims that
 * anybody could make, and that the permissions work says only that somebody there consented once.
 */
export async function proveAdmin(
  deps: Deps,
  { claims, proofs }: { claims: ConnectClaims; proofs: Proofs },
  target: LinkTarget,
  { connect, code }: { connect: AdminConsent; code: string },
): Promise<InstallationAnswer | FailedAnswer> {
  const { consent } = claims
  if (consent === null) throw new Error('a sign-in that follows no consent')
  const answer = await connect.identifyAdmin(
    {
      app: target.app,
      code,
      redirectUri: callbackUrl(deps.config),
      codeVerifier: proofs.codeVerifier,
      nonce: proofs.nonce,
      needsName: true,
      workspaceId: consent.workspaceId,
    },
    adminPolicyOf(target.integration.credentials),
  )
  if (answer.kind !== 'identified') return failedAnswer(target, answer)
  const read = readIdentity(answer.identity)
  if (read.kind === 'refused') return failedAnswer(target, read)
  const { workspace, userId } = read.value
  if (workspace.id.toLowerCase() !== consent.workspaceId) {
    const { name: provider } = target.provider
    const [expected, actual] = [consent.workspaceId, workspace.name ?? workspace.id]
    const outcome = { kind: 'wrong_workspace', provider, expected, actual } as const
    return { kind: 'failed', outcome, codeSent: true }
  }
  const { problem: adminProblem } = answer
  return {
    kind: 'installation',
    claims,
    installation: {
      workspace,
      tokens: { accessToken: APP_ONLY, rotation: null },
      userId,
      botUserId: null,
      userToken: null,
      webhookUrl: null,
    },
    answeredAtMs: deps.clock(),
    pending: adminProblem === null ? await checkConsent(deps, target, connect, workspace.id) : null,
    adminProblem,
  }
}

/** Whether the permissions have taken effect, which can take an hour. */
async function checkConsent(
  { clock }: Pick<Deps, 'clock'>,
  { app }: LinkTarget,
  connect: AdminConsent,
  workspaceId: string,
): Promise<InstallationAnswer['pending']> {
  const proof = await connect.prove(app, workspaceId)
  return proof.kind === 'proven'
    ? null
    : { problem: proof.problem, nextAttemptAtMs: clock() + retryDelayMs(0) }
}
