import type { Deps } from '../../deps.ts'
import { splitSecrets } from './types.ts'

const PAGE = 200

/**
 * Seals the webhook URLs that earlier versions of latch stored in clear. It takes no time once that
 * is done. Of two processes that start at once, each seals what the other has not.
 */
export async function sealEndpointSecrets({ store }: Pick<Deps, 'store'>): Promise<void> {
  for (;;) {
    const unsealed = await store.endpoints.unsealed(PAGE)
    if (unsealed.length === 0) return
    await store.commit(
      unsealed.map(({ id, type, endpoint: value }) => {
        // Also where there is none, or the endpoint would be found again and again.
        const { endpoint, secret } = splitSecrets(type, value)
        return store.endpoints.seal(id, { endpoint, secret: secret ?? {} })
      }),
    )
  }
}
