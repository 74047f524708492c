import type { CommandOptions, ExitCode } from './command.ts'
import { withOfflineStore } from './offline-store.ts'

/** Makes an environment: a tenant of its own, which shares nothing with the others. */
export async function createEnvironment(name: string, options: CommandOptions): Promise<ExitCode> {
  return withOfflineStore<ExitCode>(options, async ({ store, random }) => {
    const createdAtMs = Date.now()
    const id = random.recordId(createdAtMs)
    // As at Novu, environments of one company share an organisation.
    const first = await store.environments.first()
    const organizationId = first?.organizationId ?? random.recordId(createdAtMs)
    await store.commit([store.environments.insert({ id, organizationId, name, createdAtMs })])
    const next = `latch keys create --environment ${id}`
    console.log(
      options.json ? JSON.stringify({ id, name }) : `Environment ${id} "${name}". Its key: ${next}`,
    )
    return 0
  })
}

/** Prints the environments of a data directory, the oldest first. */
export async function listEnvironments(options: CommandOptions): Promise<ExitCode> {
  return withOfflineStore<ExitCode>(options, async ({ store }) => {
    const environments = (await store.environments.list()).map(({ id, name, createdAtMs }) => ({
      id,
      name,
      createdAt: new Date(createdAtMs).toISOString(),
    }))
    if (options.json) console.log(JSON.stringify(environments))
    for (const { id, name } of options.json ? [] : environments) console.log(`${id}  ${name}`)
    return 0
  })
}
