import type { Provider } from '../../providers/provider.ts'
import type { KnownLink } from './known-link.ts'
import { inOneLine } from './one-line.ts'
import type { InstallationAnswer, WebhookAnswer } from './outcome.ts'
import { type Account, accountOf, productOf } from './sides.ts'

/** What a page shows of an installation that waits for the user's confirmation, in lines of text. */
export type InstallSides = {
  /** The provider's name, such as Slack. */
  provider: string
  /** What the user knows as the company's product; null if the operator has not named it. */
  product: string | null
  workspace: string
  /** Whether the app may act in the workspace or the organisation, or post to one channel. */
  use: 'workspace' | 'organisation' | 'channel'
  /** The account that asked for it; of a shared connection without a subscriber, its contexts. */
  account: Account
  /** The user who installed the app, if they are to be asked whether to be linked too. */
  installer: string | null
}

/** Describes an installation; null if what its link refers to is gone. */
export function installSidesOf(
  link: KnownLink,
  answer: InstallationAnswer | WebhookAnswer,
): InstallSides | null {
  const { provider, integration, claims } = link
  if (provider === undefined || integration === null) return null
  const { id, name } =
    answer.kind === 'webhook' ? answer.installedIn : answer.installation.workspace
  const { autoLinkUser, subscriberId } = answer.claims
  const installer =
    answer.kind === 'installation' && autoLinkUser && subscriberId !== null
      ? answer.installation.userId
      : null
  return {
    provider: provider.name,
    product: productOf(provider, integration),
    workspace: inOneLine(name ?? id) ?? inOneLine(id) ?? '',
    use: answer.kind === 'webhook' ? 'channel' : useOf(provider),
    account: accountOf(link) ?? {
      kind: 'unnamed',
      id: inOneLine(claims.contextKeys.join(', ')) ?? '',
    },
    installer: installer === null ? null : inOneLine(installer),
  }
}

const useOf = ({ connect }: Provider): InstallSides['use'] =>
  connect?.kind === 'admin_consent' ? 'organisation' : 'workspace'
