import type { Static, TSchema } from '@sinclair/typebox'
import { readConfig } from '../config.ts'
import { callbackUrl } from '../domain/links/addresses.ts'
import type { Action, OperatorContext } from '../operator/action.ts'
import { createRotation } from '../operator/rotation.ts'
import { sendAction } from '../operator/send-action.ts'
import { createProviders } from '../providers/create-providers.ts'
import { REGISTRY } from '../providers/registry.ts'
import { createStates } from '../secrets/state.ts'
import type { CommandOptions } from './define-command.ts'
import { type Offline, openOffline } from './offline-store.ts'
import { ownUrl } from './own-url.ts'

/** Runs an action in the running latch, or in this process if none runs on the data directory. */
export type RunAction = <Input extends TSchema, Output extends TSchema>(
  action: Action<Input, Output>,
  input: Static<Input>,
) => Promise<Static<Output>>

/** Runs one action. */
export const runAction = <Input extends TSchema, Output extends TSchema>(
  options: CommandOptions,
  action: Action<Input, Output>,
  input: Static<Input>,
): Promise<Static<Output>> => withActions(options, (run) => run(action, input))

/**
 * Runs several actions. Without a running latch, the data directory is opened by the first of them
 * and stays open until `work` is done, so no latch can start meanwhile.
 */
export async function withActions<Result>(
  options: CommandOptions,
  work: (run: RunAction) => Promise<Result>,
): Promise<Result> {
  const { dataDir } = readConfig(process.env, options, { dataDir: 'latch-data' })
  let opened: Opened | null = null
  const run: RunAction = async (action, input) => {
    if (opened === null) {
      const sent = await sendAction(dataDir, action, input)
      if (sent.kind === 'done') return sent.output
      opened = await open(options, dataDir)
    }
    return action.run(opened.context, input)
  }
  try {
    return await work(run)
  } finally {
    await close(opened)
  }
}

type Opened = { context: OperatorContext; close(): Promise<void> }

const close = async (opened: Opened | null): Promise<void> => opened?.close()

async function open(options: CommandOptions, dataDir: string): Promise<Opened> {
  const { close: closeStore, ...offline } = await openOffline(options)
  try {
    return { context: await contextOf(offline, dataDir), close: closeStore }
  } catch (error) {
    await closeStore()
    throw error
  }
}

async function contextOf(
  { settings, keys, ...offline }: Offline,
  dataDir: string,
): Promise<OperatorContext> {
  const clock = Date.now
  const config = { ...settings, publicUrl: settings.publicUrl ?? ownUrl(settings) }
  return {
    settings: config,
    ...offline,
    states: createStates(keys.keyring, callbackUrl(config)),
    fetch,
    clock,
    registry: REGISTRY,
    providers: await createProviders(REGISTRY, settings.providerUrls, fetch, clock),
    rotation: createRotation(keys, { ...offline, clock }, dataDir),
  }
}
