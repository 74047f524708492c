import type { Deps } from '../../deps.ts'
import type { IdentifyOutcome } from '../../providers/provider.ts'
import type { Write } from '../../store/writer/writes.ts'
import type { LinkOutcome } from './outcome.ts'
import type { Target } from './target.ts'

/** What came of a code, and the writes that make it true. */
export type Settlement = {
  outcome: LinkOutcome
  writes: readonly Write[]
  /** False: the code was never sent, so the link is still good. */
  spent: boolean
  /** Where the user is sent now, in place of a page: to link themselves too. */
  next?: string
}

/** Works out a settlement from what is stored now; again, if that has changed meanwhile. */
export type Settle = () => Promise<Settlement>

/** A code that did not tell anything: the same for every protocol and provider. */
export function settleFailure(
  { log }: Deps,
  { provider }: Target,
  answer: Exclude<IdentifyOutcome, { kind: 'identified' }>,
): Settlement {
  if (answer.kind === 'refused') {
    const outcome = { kind: 'code_refused', provider: provider.name, error: answer.error } as const
    return { outcome, writes: [], spent: true }
  }
  log.warn({ provider: provider.id, reason: answer.reason }, 'the provider did not answer')
  const outcome = { kind: 'provider_unavailable', provider: provider.name } as const
  return { outcome, writes: [], spent: answer.codeSent }
}
