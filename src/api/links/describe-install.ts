import type { InstallSides } from '../../domain/links/install-sides.ts'
import type { ConfirmationPage } from '../../pages/confirmation-page.ts'
import type { Side } from '../../pages/sides.ts'

/** The name of the checkbox by which the user who installs the app is linked too. */
export const LINK_INSTALLER = 'link_installer'

/** What a page asks about an installation before it is stored. */
export function describeInstall(sides: InstallSides): Omit<ConfirmationPage, 'action' | 'token'> {
  const { provider, product, use, account, installer } = sides
  return {
    title: `Connect ${provider}?`,
    heading: use === 'channel' ? 'Connect this channel?' : 'Connect this workspace?',
    intro:
      use === 'channel'
        ? `${product} will be able to post to the channel that you chose at ${provider}.`
        : `${product} will be able to do there what you have allowed at ${provider}, for the account that asked for it.`,
    sides: sidesOf(sides),
    warning:
      account.kind === 'unnamed'
        ? `We cannot tell you the name of this account, only its id. Go on only if you came here from ${product} just now.`
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

const sidesOf = ({ provider, product, workspace, account }: InstallSides): Side[] => [
  { label: `${provider} workspace`, name: workspace, details: [] },
  {
    label: `Asked for by, at ${product}`,
    name: account.kind === 'named' ? account.name : account.id,
    details: account.kind === 'named' && account.email !== null ? [account.email] : [],
  },
]
