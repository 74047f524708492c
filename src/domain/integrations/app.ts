import { ownPartOf } from '../../providers/declared.ts'
import type { App, Provider } from '../../providers/provider.ts'
import type { Credentials } from '../../store/integrations/integrations.ts'

/** What an integration's credentials say of the app; parts that are not set are null. */
export type StoredApp = Omit<App, 'clientId' | 'clientSecret'> & {
  clientId: string | null
  clientSecret: string | null
}

/** Reads credentials under Novu's names, in which `secretKey` is the client secret. */
export function readApp(provider: Provider, credentials: Credentials): StoredApp {
  const text = (name: string): string | null => {
    const value = credentials[name]
    return typeof value === 'string' && value !== '' ? value : null
  }
  return {
    clientId: text('clientId'),
    clientSecret: text('secretKey'),
    own: ownPartOf(provider, credentials),
  }
}
