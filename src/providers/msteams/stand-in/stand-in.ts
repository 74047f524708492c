import type { StandIn } from '../../definition.ts'
import { createEntraSandbox } from './app.ts'
import { CONTOSO, createEntraDirectory } from './directory.ts'

/** The app that the stand-in knows and the sandbox is seeded with. */
export const ENTRA_APP = {
  clientId: '00000000-5a5a-4a5a-8a5a-000000000001',
  clientSecret: 'sandbox-entra-secret',
} as const

export const microsoftStandIn: StandIn = {
  seed: {
    credentials: {
      clientId: ENTRA_APP.clientId,
      secretKey: ENTRA_APP.clientSecret,
      tenantId: CONTOSO.id,
    },
    connection: null,
  },
  create: ({ url, redirectUri, ...deps }) =>
    createEntraSandbox({
      ...deps,
      directory: createEntraDirectory({ ...ENTRA_APP, redirectUri }),
      address: () => url,
    }),
}
