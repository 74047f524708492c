import { CONFIRM_PATH } from '../../domain/links/addresses.ts'
import type { Waiting } from '../../domain/links/confirmation.ts'
import { createFormToken } from '../../domain/links/form-token.ts'
import type { OwnAttempt } from '../../domain/links/result-details.ts'
import { type BothSides, sidesOf } from '../../domain/links/sides.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { createConfirmationPages } from '../../pages/confirmation-page.ts'
import { describeSides, formAction } from './describe-details.ts'

/** Responds with the page that asks the user to confirm what is held. */
export type AskConfirmation = (own: OwnAttempt, waiting: Waiting) => Promise<Response>

export function createAskConfirmation(deps: ApiDeps): AskConfirmation {
  const confirmationPage = createConfirmationPages()
  return async (own, { answer }) => {
    if (answer.kind !== 'user') throw new Error(`nobody is asked about an answer of ${answer.kind}`)
    const sides = await sidesOf(deps, own.link, answer.identity)
    if (sides === null) throw new Error('what a held attempt refers to is gone')
    return confirmationPage({
      ...describeQuestion(sides),
      sides: describeSides(sides),
      action: formAction(CONFIRM_PATH, own),
      token: createFormToken(deps, 'confirm', own),
    })
  }
}

function describeQuestion({ provider, product, account }: BothSides) {
  const warning =
    account.kind === 'unnamed'
      ? `We cannot tell you the name of this account, only its id. Go on only if you came here from ${product} just now.`
      : 'Cancel if either is not yours.'
  return {
    title: `Link ${provider}?`,
    heading: 'Link these two accounts?',
    intro: `What ${product} sends to the account will then reach you on ${provider}.`,
    warning,
    confirm: 'Link',
    cancel: 'Cancel',
  }
}
