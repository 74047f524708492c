import type { Static, TSchema } from '@sinclair/typebox'
import { readConfig } from '../config.ts'
import type { Job } from '../control/job.ts'
import { createRotation } from '../control/rotation.ts'
import { sendJob } from '../control/send-job.ts'
import { createLog } from '../observe/log.ts'
import { createProviders } from '../providers/registry.ts'
import type { CommandOptions } from './command.ts'
import { withOfflineStore } from './offline-store.ts'
import { ownUrl } from './own-url.ts'

/** Does a job: the latch that runs on the data directory, or this process where none does. */
export async function runJob<Input extends TSchema, Output extends TSchema>(
  options: CommandOptions,
  job: Job<Input, Output>,
  input: Static<Input>,
): Promise<Static<Output>> {
  const { dataDir, logLevel } = readConfig(process.env, options, { dataDir: 'latch-data' })
  const sent = await sendJob(dataDir, job, input)
  if (sent.kind === 'done') return sent.output
  return withOfflineStore(options, async ({ settings, store, random, keys }) => {
    const clock = Date.now
    const log = await createLog(logLevel === 'info' ? 'warn' : logLevel)
    return job.run(
      {
        settings: { ...settings, publicUrl: settings.publicUrl ?? ownUrl(settings) },
        store,
        fetch,
        random,
        clock,
        providers: createProviders(settings, fetch, clock),
        rotation: createRotation(keys, { store, random, clock, log }, dataDir),
      },
      input,
    )
  })
}
