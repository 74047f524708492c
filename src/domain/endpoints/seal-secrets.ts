import type { Deps } from '../../deps.ts'
import { splitSecrets } from './types.ts'

const PAGE = 200

/**
 * Seals webhook URLs that earlier versions of latch stored in plain text; does nothing once that is
 * done. Two processes that start at once may both run it.
 */
export async function sealEndpointSecrets({ store }: Pick<Deps, 'store'>): Promise<void> {
  for (;;) {
    const unsealed = await store.endpoints.unsealed(PAGE)
    if (unsealed.length === 0) return
    await store.commit(
      unsealed.map(({ id, type, endpoint: value }) => {
        // Seal an empty secret too, so that the endpoint does not count as unsealed again.
        const { endpoint, secret } = splitSecrets(type, value)
        return store.endpoints.seal(id, { endpoint, secret: secret ?? {} })
      }),
    )
  }
}
