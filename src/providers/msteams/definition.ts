import type { ProviderDefinition } from '../definition.ts'

export const msteams: ProviderDefinition = {
  id: 'msteams',
  name: 'Microsoft Teams',
  title: 'MS Teams',
  addresses: {
    entra: {
      variable: 'LATCH_ENTRA_URL',
      fallback: 'https://login.microsoftonline.com',
      help: "for Microsoft's national clouds, or a stand-in",
    },
    graph: {
      variable: 'LATCH_GRAPH_URL',
      fallback: 'https://graph.microsoft.com',
      help: 'the same for Microsoft Graph',
    },
  },
  flags: [
    {
      flag: '--tenant-id <id>',
      credential: 'tenantId',
      help: 'Microsoft: the tenant of the app',
    },
  ],
  standIn: {
    name: 'Microsoft',
    urlName: 'entraUrl',
    // One server serves both, because an app's token is valid at either.
    addresses: (url) => ({ entra: url, graph: `${url}/graph` }),
    load: async () => (await import('./stand-in/stand-in.ts')).microsoftStandIn,
  },
  load: async () => (await import('./msteams.ts')).createMsTeams,
}
