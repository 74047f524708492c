import { ApiError } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'

/** Throws 403 where a body names an environment that is not the key's. */
export function refuseOtherEnvironment(
  { environmentId }: Pick<Caller, 'environmentId'>,
  { _environmentId: named }: { _environmentId?: string },
): void {
  if (named === undefined || named === environmentId) return
  throw new ApiError(
    403,
    'other_environment',
    'API key authentication is scoped to a single environment and cannot target a different ' +
      '`_environmentId`. Use an API key from the target environment, or authenticate with a session ' +
      'token.',
  )
}
