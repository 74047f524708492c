import type { App } from '../../providers/provider.ts'
import type { Credentials } from '../../store/integrations/integrations.ts'

/** What an integration's credentials say of the app; parts that are not set are null. */
export type StoredApp = Omit<App, 'clientId' | 'clientSecret'> & {
  clientId: string | null
  clientSecret: string | null
}

/** Reads credentials under Novu's names, in which `secretKey` is the client secret. */
export function readApp(credentials: Credentials): StoredApp {
  const text = (name: string): string | null => {
    const value = credentials[name]
    return typeof value === 'string' && value !== '' ? value : null
  }
  return {
    clientId: text('clientId'),
    clientSecret: text('secretKey'),
    homeTenantId: text('tenantId'),
    singleTenant: credentials['singleTenant'] === true,
    pkce: credentials['pkce'] === true,
  }
}
