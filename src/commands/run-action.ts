import type { Static, TSchema } from '@sinclair/typebox'
import { readConfig } from '../config.ts'
import { createLog } from '../observe/log.ts'
import type { Action } from '../operator/action.ts'
import { createRotation } from '../operator/rotation.ts'
import { sendAction } from '../operator/send-action.ts'
import { createProviders } from '../providers/create-providers.ts'
import { REGISTRY } from '../providers/registry.ts'
import type { CommandOptions } from './command.ts'
import { withOfflineStore } from './offline-store.ts'
import { ownUrl } from './own-url.ts'

/** Does an action: the latch that runs on the data directory, or this process where none does. */
export async function runAction<Input extends TSchema, Output extends TSchema>(
  options: CommandOptions,
  action: Action<Input, Output>,
  input: Static<Input>,
): Promise<Static<Output>> {
  const { dataDir, logLevel } = readConfig(process.env, options, { dataDir: 'latch-data' })
  const sent = await sendAction(dataDir, action, input)
  if (sent.kind === 'done') return sent.output
  return withOfflineStore(options, async ({ settings, store, random, keys }) => {
    const clock = Date.now
    const log = await createLog(logLevel === 'info' ? 'warn' : logLevel)
    return action.run(
      {
        settings: { ...settings, publicUrl: settings.publicUrl ?? ownUrl(settings) },
        store,
        fetch,
        random,
        clock,
        registry: REGISTRY,
        providers: await createProviders(REGISTRY, settings.providerUrls, fetch, clock),
        rotation: createRotation(keys, { store, random, clock, log }, dataDir),
      },
      input,
    )
  })
}
