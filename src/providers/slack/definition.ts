import type { ProviderDefinition } from '../definition.ts'

export const slack: ProviderDefinition = {
  id: 'slack',
  name: 'Slack',
  title: 'Slack',
  addresses: {
    slack: {
      variable: 'LATCH_SLACK_URL',
      fallback: 'https://slack.com',
      help: "for Slack's government cloud, or a stand-in",
    },
  },
  flags: [],
  standIn: {
    name: 'Slack',
    urlName: 'slackUrl',
    addresses: (url) => ({ slack: url }),
    load: async () => (await import('./stand-in/stand-in.ts')).slackStandIn,
  },
  load: async () => (await import('./slack.ts')).createSlack,
}
