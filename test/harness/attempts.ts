import type { Deps } from '../../src/deps.ts'
import type { AttemptName } from '../../src/store/links/link-attempts.ts'

/** What latch calls an attempt with this state and code. */
export async function attemptNameOf(
  { states, clock }: Pick<Deps, 'states' | 'clock'>,
  { state, code }: { state: string | null; code: string | null },
): Promise<AttemptName> {
  const verified = await states.verify(String(state), clock())
  if (verified.kind !== 'valid') throw new Error(verified.kind)
  return { jti: verified.claims.jti, attemptId: states.attempt(String(state), `code ${code}`).id }
}

/** Claims the code of a callback, as a request does that then asks the provider for long, or dies. */
export async function claimCallback(
  deps: Pick<Deps, 'states' | 'clock' | 'store'>,
  callback: string,
): Promise<AttemptName> {
  const { searchParams } = new URL(callback)
  const name = await attemptNameOf(deps, {
    state: searchParams.get('state'),
    code: searchParams.get('code'),
  })
  const environmentId = String((await deps.store.environments.first())?.id)
  const claimedAtMs = deps.clock()
  const claimed = await deps.store.linkAttempts.claim({ ...name, environmentId, claimedAtMs })
  if (claimed !== 'claimed') throw new Error(claimed)
  return name
}

/** The headers of the browser that got this answer, when it comes again. */
export function sameBrowser({ headers }: { headers: Headers }): Record<string, string> {
  const cookies = headers.getSetCookie().map((cookie) => cookie.split(';')[0])
  return { accept: 'text/html', cookie: cookies.join('; ') }
}
