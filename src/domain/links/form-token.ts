import type { Deps } from '../../deps.ts'
import { encodeUtf8, equalInConstantTime } from '../../secrets/bytes.ts'

/** What a form of latch's pages does. A token for one is no token for another. */
export type FormPurpose = 'confirm' | 'undo' | 'unlink_other'

/** The attempt that a form belongs to, and the state of its link, which must have been verified. */
export type FormSubject = { state: string; attemptId: string }

/** How long a form that was shown can be sent. */
export const FORM_LIFETIME_MS = 10 * 60_000

/**
 * A click before this was meant for whatever was there before the page: a page that somebody opens
 * under the pointer of a user who double-clicks.
 */
export const MIN_READING_MS = 500

type TokenDeps = Pick<Deps, 'states' | 'clock'>

/**
 * Creates the token of a form that is shown now. It proves that the form came from a page of latch for
 * this attempt, and says when it was shown. It works once, because what the form does can be done once.
 */
export function createFormToken(
  { states, clock }: TokenDeps,
  purpose: FormPurpose,
  subject: FormSubject,
): string {
  const shownAt = clock().toString(36)
  return `${shownAt}.${states.signForm(subject.state, textOf(purpose, subject, shownAt))}`
}

/** `stale`: sent too early or too late, so that the page must be shown again. */
export function checkFormToken(
  { states, clock }: TokenDeps,
  token: string,
  purpose: FormPurpose,
  subject: FormSubject,
): 'valid' | 'stale' | 'forged' {
  const [shownAt = '', signature = ''] = token.split('.')
  const expected = states.signForm(subject.state, textOf(purpose, subject, shownAt))
  if (!equalInConstantTime(encodeUtf8(signature), encodeUtf8(expected))) return 'forged'
  const readingMs = clock() - Number.parseInt(shownAt, 36)
  return readingMs < MIN_READING_MS || readingMs > FORM_LIFETIME_MS ? 'stale' : 'valid'
}

const textOf = (purpose: FormPurpose, { attemptId }: FormSubject, shownAt: string): string =>
  [purpose, attemptId, shownAt].join('\n')
