import { doctorJob } from './doctor-job.ts'
import { createEnvironmentJob, listEnvironmentsJob } from './environment-jobs.ts'
import {
  createIntegrationJob,
  listIntegrationsJob,
  setClientSecretJob,
} from './integration-jobs.ts'
import type { Job } from './job.ts'
import { createKeyJob, listKeysJob, revokeKeyJob } from './key-jobs.ts'
import { checkSecretKeyJob, rotateSecretKeyJob } from './secret-key-jobs.ts'

/** What a running latch does for an operator's commands. A new one is a line here. */
export const jobs: readonly Job[] = [
  createKeyJob,
  listKeysJob,
  revokeKeyJob,
  createEnvironmentJob,
  listEnvironmentsJob,
  createIntegrationJob,
  listIntegrationsJob,
  setClientSecretJob,
  doctorJob,
  checkSecretKeyJob,
  rotateSecretKeyJob,
]
