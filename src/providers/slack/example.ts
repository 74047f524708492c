/**
 * The values used in the samples of the API description. The sandbox is seeded with them, so that
 * the samples work there.
 */
export const SLACK_EXAMPLE = {
  providerId: 'slack',
  name: 'Slack',
  integrationIdentifier: 'slack',
  otherIntegrationIdentifier: 'slack-production',
  connectionIdentifier: 'slack-connection-abc123',
  endpointType: 'slack_user',
} as const
