/** What the samples of the contract name: the sandbox has it all, so that they work there. */
export const SLACK_EXAMPLE = {
  providerId: 'slack',
  name: 'Slack',
  integrationIdentifier: 'slack',
  otherIntegrationIdentifier: 'slack-production',
  connectionIdentifier: 'slack-connection-abc123',
  endpointType: 'slack_user',
} as const
