import { connectVerificationOf, userVerificationOf } from '../domain/integrations/verification.ts'
import { type Finding, failed } from '../providers/diagnostics.ts'
import type { ListedIntegration } from '../store/integrations/integrations.ts'
import type { OperatorContext } from './action.ts'

const MEANING =
  'nothing verifies that whoever opens a link is its subscriber, so a link in the wrong hands links another person'

const CHOOSE =
  'Set `userVerification` to `confirm`, or to `session` with a `completionUrl`: ' +
  'PUT /v1/integrations/{id} with `configurations`.'

/**
 * Whether an active integration verifies its users, and can do so as it is set. Data of a sandbox
 * are made up, so `none` is no error there.
 */
export async function verificationCheck({
  store,
  settings,
}: {
  store: { metadata: Pick<OperatorContext['store']['metadata'], 'purpose'> }
  settings: Pick<OperatorContext['settings'], 'userVerification'>
}): Promise<(integration: ListedIntegration) => Finding[]> {
  if ((await store.metadata.purpose()) === 'sandbox') return () => []
  return ({ active, credentials, ...integration }) => {
    // Credentials that cannot be decrypted are a finding of their own.
    if (!active || credentials === null) return []
    const readable = { ...integration, active, credentials }
    const verification = userVerificationOf(settings, readable)
    if (verification === 'none') {
      return [
        failed(`its user verification is \`none\`: ${MEANING}. ${reasonOf(readable)}`, CHOOSE),
      ]
    }
    const needsApp = verification === 'session' || connectVerificationOf(readable) === 'session'
    if (!needsApp || credentials['completionUrl'] !== undefined) return []
    return [
      failed(
        'it verifies by `session`, but has no `completionUrl`, so its links fail',
        'Set `completionUrl`: PUT /v1/integrations/{id} with `configurations`.',
      ),
    ]
  }
}

function reasonOf({
  credentials,
  defaultUserVerification,
}: Pick<ListedIntegration, 'defaultUserVerification'> & {
  credentials: NonNullable<ListedIntegration['credentials']>
}): string {
  if (credentials['userVerification'] === 'none') return 'It is set so.'
  return defaultUserVerification === 'none'
    ? 'It is older than this setting, and nobody has chosen yet.'
    : 'LATCH_USER_VERIFICATION=none is the default here.'
}
