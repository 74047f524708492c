import { ENTRA_APP } from '../../src/providers/msteams/stand-in/stand-in.ts'
import { SLACK_EXAMPLE } from '../../src/providers/slack/example.ts'
import { SLACK_APP } from '../../src/providers/slack/stand-in/stand-in.ts'
import { SANDBOX_SUBSCRIBER_ID } from '../../src/sandbox/seed.ts'

/** What the sandbox is filled with, and what its stand-ins know. */
export const SANDBOX = {
  ...SLACK_APP,
  subscriberId: SANDBOX_SUBSCRIBER_ID,
  integrationIdentifier: SLACK_EXAMPLE.integrationIdentifier,
  connectionIdentifier: SLACK_EXAMPLE.connectionIdentifier,
  msteams: { ...ENTRA_APP, integrationIdentifier: 'msteams' },
} as const
