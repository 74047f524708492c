import type { Deps } from '../../deps.ts'
import { splitSecrets } from './types.ts'

const PAGE = 200

/**
 * Seals webhook URLs that earlier versions of latch stored in plain text, and rewrites the file, so
 * that no bytes of them remain in it; does nothing once that is done. Two processes that start at
 * once may both run it.
 */
export async function sealEndpointSecrets({
  store,
  log,
}: Pick<Deps, 'store' | 'log'>): Promise<void> {
  for (let isFirst = true; ; isFirst = false) {
    const unsealed = await store.endpoints.unsealed(PAGE)
    if (unsealed.length === 0) {
      if (!isFirst) await rewriteFile({ store, log })
      return
    }
    await store.commit(
      unsealed.map(({ id, type, endpoint: value }) => {
        // Seal an empty secret too, so that the endpoint does not count as unsealed again.
        const { endpoint, secret } = splitSecrets(type, value)
        return store.endpoints.seal(id, { endpoint, secret: secret ?? {} })
      }),
    )
  }
}

async function rewriteFile({ store, log }: Pick<Deps, 'store' | 'log'>): Promise<void> {
  await store.rewrite().catch((thrown: unknown) => {
    const error = thrown instanceof Error ? thrown : null
    const remedy = 'Webhook URLs may be left in free pages. To remove them, run latch rotate-key.'
    log.warn({ error, remedy }, 'the database file was not rewritten')
  })
}
