import type { Static, TSchema } from '@sinclair/typebox'
import { readConfig } from '../config.ts'
import { callbackUrl } from '../domain/links/addresses.ts'
import type { Action } from '../operator/action.ts'
import { createRotation } from '../operator/rotation.ts'
import { sendAction } from '../operator/send-action.ts'
import { createProviders } from '../providers/create-providers.ts'
import { REGISTRY } from '../providers/registry.ts'
import { createStates } from '../secrets/state.ts'
import type { CommandOptions } from './define-command.ts'
import { withOfflineStore } from './offline-store.ts'
import { ownUrl } from './own-url.ts'

/** Runs an action in the running latch, or in this process if none runs on the data directory. */
export async function runAction<Input extends TSchema, Output extends TSchema>(
  options: CommandOptions,
  action: Action<Input, Output>,
  input: Static<Input>,
): Promise<Static<Output>> {
  const { dataDir } = readConfig(process.env, options, { dataDir: 'latch-data' })
  const sent = await sendAction(dataDir, action, input)
  if (sent.kind === 'done') return sent.output
  return withOfflineStore(options, async ({ settings, keys, ...offline }) => {
    const clock = Date.now
    const config = { ...settings, publicUrl: settings.publicUrl ?? ownUrl(settings) }
    return action.run(
      {
        settings: config,
        ...offline,
        states: createStates(keys.keyring, callbackUrl(config)),
        fetch,
        clock,
        registry: REGISTRY,
        providers: await createProviders(REGISTRY, settings.providerUrls, fetch, clock),
        rotation: createRotation(keys, { ...offline, clock }, dataDir),
      },
      input,
    )
  })
}
