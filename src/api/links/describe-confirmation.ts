import { CONFIRM_PATH } from '../../domain/links/addresses.ts'
import type { Waiting } from '../../domain/links/confirmation.ts'
import { createFormToken } from '../../domain/links/form-token.ts'
import { type InstallSides, installSidesOf } from '../../domain/links/install-sides.ts'
import type { StorableAnswer } from '../../domain/links/outcome.ts'
import type { OwnAttempt } from '../../domain/links/result-details.ts'
import { type BothSides, sidesOf } from '../../domain/links/sides.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { type ConfirmationPage, createConfirmationPages } from '../../pages/confirmation-page.ts'
import { describeSides, formAction, unnamedAccount } from './describe-details.ts'
import { describeInstall } from './describe-install.ts'

/** Responds with the page that asks the user to confirm what is held. */
export type AskConfirmation = (own: OwnAttempt, waiting: Waiting) => Promise<Response>

export function createAskConfirmation(deps: ApiDeps): AskConfirmation {
  const confirmationPage = createConfirmationPages()
  return async (own, { answer }) => {
    return confirmationPage({
      ...(await describeAnswer(deps, own, answer)),
      action: formAction(CONFIRM_PATH, own),
      token: createFormToken(deps, 'confirm', own),
    })
  }
}

type Question = Omit<ConfirmationPage, 'action' | 'token'>

async function describeAnswer(
  deps: ApiDeps,
  { link }: OwnAttempt,
  answer: StorableAnswer,
): Promise<Question> {
  const described =
    answer.kind === 'user'
      ? describeUser(await sidesOf(deps, link, answer.identity))
      : describeInstallation(installSidesOf(link, answer))
  if (described === null) throw new Error('what a held attempt refers to is gone')
  return described
}

const describeInstallation = (sides: InstallSides | null): Question | null =>
  sides && describeInstall(sides)

function describeUser(sides: BothSides | null): Question | null {
  if (sides === null) return null
  const { provider, product, account } = sides
  const warning =
    account.kind === 'unnamed' ? unnamedAccount(product) : 'Cancel if either is not yours.'
  return {
    title: `Link ${provider}?`,
    heading: 'Link these two accounts?',
    intro: `What ${product ?? 'the app'} sends to the account will then reach you on ${provider}.`,
    sides: describeSides(sides),
    warning,
    checkbox: null,
    confirm: 'Link',
    cancel: 'Cancel',
  }
}
