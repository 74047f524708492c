import { attemptQuery, UNDO_PATH, UNLINK_OTHER_PATH } from '../../domain/links/addresses.ts'
import type { InstallSides } from '../../domain/links/install-sides.ts'
import type { OwnAttempt, ResultDetails } from '../../domain/links/result-details.ts'
import type { Account, BothSides } from '../../domain/links/sides.ts'
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
      ...describeAccount(account),
    },
  ]
}

const describeAccount = (account: Account): Pick<Side, 'name' | 'details'> =>
  account.kind === 'named'
    ? { name: account.name, details: account.email === null ? [] : [account.email] }
    : { name: account.id, details: [] }

/** The same of an installation: first the workspace, then the account that asked for it. */
export const describeInstallSides = ({
  provider,
  product,
  workspace,
  use,
  account,
}: InstallSides): Side[] => [
  {
    label: `${provider} ${use === 'organisation' ? 'organisation' : 'workspace'}`,
    name: workspace,
    details: [],
  },
  {
    label: product === null ? 'Asked for by' : `Asked for by, at ${product}`,
    ...describeAccount(account),
  },
]

/** What a page says of an account that it cannot name. */
export const unnamedAccount = (product: string | null): string =>
  'We cannot tell you the name of this account, only its id. Go on only if you came here from ' +
  `${product ?? 'an app that you know, and that has this account,'} just now.`

/** What the browser that made an attempt sees below its outcome. */
export function describeDetails(
  own: OwnAttempt,
  { sides, install, undoToken, unlinkToken }: ResultDetails,
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
  const shown = install === null ? sides && describeSides(sides) : describeInstallSides(install)
  return { sides: shown, forms: [...undo, ...unlink] }
}

/** Relative to the page, so that it works under any path prefix. */
export const formAction = (path: string, attempt: { state: string; attemptId: string }): string =>
  (path.split('/').at(-1) ?? '') + attemptQuery(attempt)
