import type { ResultPage } from '../../pages/result-page.ts'
import type { Providers } from '../../providers/create-providers.ts'
import { providerNamed } from '../../providers/declared.ts'
import type { ConsentTexts } from '../../providers/provider.ts'

/** The response to a program, with Novu's message if it has one, and the page for a person. */
export type OutcomeView = { status: number; message: string } & Pick<
  ResultPage,
  'title' | 'heading' | 'intro' | 'advice' | 'reloadAfterSeconds'
>

export const START_AGAIN = 'Go back to where you started and ask for a new link.'
/** The link is as valid as before. */
export const TRY_AGAIN = 'Go back and open the link again, within 5 minutes of asking for it.'
export const TELL_SENDER = 'Tell the people who sent you here: only they can fix it.'

/** The provider's texts about admin consent; null if it does not use it. */
export function consentTexts(providers: Providers, name: string): ConsentTexts | null {
  const connect = providerNamed(providers, name)?.connect
  return connect?.kind === 'admin_consent' ? connect.texts : null
}

export function failure(
  status: number,
  message: string,
  heading: string,
  intro: string,
  advice: string,
): OutcomeView {
  return { status, message, title: 'Not linked', heading, intro, advice }
}
