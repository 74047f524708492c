import type { Action } from './action.ts'
import { approveConnectionAction } from './connections.ts'
import { doctorAction } from './doctor.ts'
import { createEnvironmentAction, listEnvironmentsAction } from './environments.ts'
import { listEventsAction, verifyEventsAction } from './events.ts'
import { explainAction } from './explain.ts'
import { whoisAction } from './identities.ts'
import {
  createIntegrationAction,
  listIntegrationsAction,
  setClientSecretAction,
} from './integrations.ts'
import { createKeyAction, listKeysAction, revokeKeyAction } from './keys.ts'
import { checkSecretKeyAction, rotateSecretKeyAction } from './secret-key.ts'
import { rotateSigningKeysAction } from './signing-keys.ts'
import { eraseSubscriberAction, exportSubscriberAction } from './subscribers.ts'

/**
 * The actions that a running latch performs for an operator's commands. To add one, add a line
 * here.
 */
export const actions: readonly Action[] = [
  createKeyAction,
  listKeysAction,
  revokeKeyAction,
  createEnvironmentAction,
  listEnvironmentsAction,
  createIntegrationAction,
  listIntegrationsAction,
  setClientSecretAction,
  approveConnectionAction,
  listEventsAction,
  verifyEventsAction,
  exportSubscriberAction,
  eraseSubscriberAction,
  doctorAction,
  explainAction,
  whoisAction,
  checkSecretKeyAction,
  rotateSecretKeyAction,
  rotateSigningKeysAction,
]
