import { attemptQuery, UNDO_PATH, UNLINK_OTHER_PATH } from '../../domain/links/addresses.ts'
import type { OwnAttempt, ResultDetails } from '../../domain/links/result-details.ts'
import type { BothSides } from '../../domain/links/sides.ts'
import type { ResultForm, ResultPage } from '../../pages/result-page.ts'
import type { Side } from '../../pages/sides.ts'

/** Both sides of a link as a page shows them: first the chat user, then the account. */
export function describeSides({ provider, product, person, account }: BothSides): Side[] {
  const { name, signInName, userId, workspace } = person
  return [
    {
      label: `${provider} account`,
      name: name ?? signInName ?? userId,
      details: [...(name === null || signInName === null ? [] : [signInName]), workspace],
    },
    {
      label: product === null ? 'Account' : `Account at ${product}`,
      name: account.kind === 'named' ? account.name : account.id,
      details: account.kind === 'named' && account.email !== null ? [account.email] : [],
    },
  ]
}

/** What a page says of an account that it cannot name. */
export const unnamedAccount = (product: string | null): string =>
  'We cannot tell you the name of this account, only its id. Go on only if you came here from ' +
  `${product ?? 'an app that you know, and that has this account,'} just now.`

/** What the browser that made an attempt sees below its outcome. */
export function describeDetails(
  own: OwnAttempt,
  { sides, undoToken, unlinkToken }: ResultDetails,
): Pick<ResultPage, 'sides' | 'forms'> {
  const undo: ResultForm[] =
    undoToken === null
      ? []
      : [
          {
            action: formAction(UNDO_PATH, own),
            token: undoToken,
            text: 'Not what you wanted? You can undo it here for 10 minutes.',
            button: 'Undo',
          },
        ]
  const unlink: ResultForm[] =
    unlinkToken === null
      ? []
      : [
          {
            action: formAction(UNLINK_OTHER_PATH, own),
            token: unlinkToken,
            text: 'Is the other account yours too? If you unlink it, it no longer reaches you here.',
            button: 'Unlink from the other account',
          },
        ]
  return { sides: sides && describeSides(sides), forms: [...undo, ...unlink] }
}

/** Relative to the page, so that it works under any path prefix. */
export const formAction = (path: string, attempt: { state: string; attemptId: string }): string =>
  (path.split('/').at(-1) ?? '') + attemptQuery(attempt)
