import type { InstallSides } from '../../domain/links/install-sides.ts'
import type { ConfirmationPage } from '../../pages/confirmation-page.ts'
import { describeInstallSides, unnamedAccount } from './describe-details.ts'

/** The name of the checkbox by which the user who installs the app is linked too. */
export const LINK_INSTALLER = 'link_installer'

/** What a page asks about an installation before it is stored. */
export function describeInstall(sides: InstallSides): Omit<ConfirmationPage, 'action' | 'token'> {
  const { provider, product, use, account, installer } = sides
  const who = product ?? 'The app'
  return {
    title: `Connect ${provider}?`,
    heading: `Connect this ${use}?`,
    intro:
      use === 'channel'
        ? `${who} will be able to post to the channel that you chose at ${provider}.`
        : `${who} will be able to do there what you have allowed at ${provider}, for the account that asked for it.`,
    sides: describeInstallSides(sides),
    warning:
      account.kind === 'unnamed'
        ? unnamedAccount(product)
        : 'Cancel if you do not know this account.',
    checkbox:
      installer === null
        ? null
        : {
            name: LINK_INSTALLER,
            text: `Also link my own ${provider} account (${installer}) to this account`,
          },
    confirm: 'Connect',
    cancel: 'Cancel',
  }
}
