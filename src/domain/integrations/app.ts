import { pickProviderCredentials } from '../../providers/declared.ts'
import type { Provider, ProviderApp } from '../../providers/provider.ts'
import type { Credentials } from '../../store/integrations/integrations.ts'

/** The app in an integration's credentials; parts that are not set are null. */
export type StoredApp = Omit<ProviderApp, 'clientId' | 'clientSecret'> & {
  clientId: string | null
  clientSecret: string | null
}

/** Parses credentials, which have Novu's names: `secretKey` is the client secret. */
export function readApp(provider: Provider, credentials: Credentials): StoredApp {
  const text = (name: string): string | null => {
    const value = credentials[name]
    return typeof value === 'string' && value !== '' ? value : null
  }
  return {
    clientId: text('clientId'),
    clientSecret: text('secretKey'),
    providerCredentials: pickProviderCredentials(provider, credentials),
  }
}

/** The integration lacks the credentials with which its app authenticates at the provider. */
export type CredentialsMissing = { kind: 'credentials_missing'; provider: string }

/** The app with complete credentials, as needed to call its provider. */
export function readUsableApp(
  provider: Provider,
  credentials: Credentials,
): { kind: 'app'; app: ProviderApp } | CredentialsMissing {
  const { clientId, clientSecret, ...rest } = readApp(provider, credentials)
  return clientId === null || clientSecret === null
    ? { kind: 'credentials_missing', provider: provider.title }
    : { kind: 'app', app: { ...rest, clientId, clientSecret } }
}
