import { createKeyring, type Keyring } from '../../src/secrets/keyring.ts'
import type { Random } from '../../src/secrets/random.ts'
import { createSealing, type Sealing } from '../../src/secrets/sealing.ts'
import { freshRow } from '../../src/store/fresh-row.ts'
import type { Integration } from '../../src/store/integrations/integrations.ts'
import { openStore, type Store } from '../../src/store/store.ts'

/** A store with one sealed value that matters: the credentials of an integration. */
export type SealedStore = {
  store: Store
  keyring: Keyring
  /** The integration whose credentials are sealed, as the store has it now. */
  integration(): Promise<Integration>
  /** The write that gives it another client id, sealed as the store seals. */
  rename(clientId: string): ReturnType<Store['integrations']['update']>
  /** Runs once, right after the store has sealed the integration's credentials the next time. */
  afterNextSeal(act: () => void): void
}

export async function openSealedStore(
  dataDir: string,
  masterKey: Uint8Array,
  random: Random,
): Promise<SealedStore> {
  const keyring = createKeyring(masterKey)
  const sealing = createSealing(keyring, random)
  let afterSeal: (() => void) | null = null
  const watched: Sealing = {
    ...sealing,
    seal: (text, place) => {
      const sealed = sealing.seal(text, place)
      if (place.table === 'integrations') {
        const act = afterSeal
        afterSeal = null
        act?.()
      }
      return sealed
    },
  }
  const store = await openStore(dataDir, watched)
  const environment = { id: 'env', organizationId: 'org', name: 'test', createdAtMs: 1 }
  const made = {
    ...freshRow({ random, clock: () => 1 }, environment.id),
    identifier: 'slack',
    name: 'Slack',
    providerId: 'slack',
    channel: 'chat',
    active: true,
    credentials: { clientId: 'first' },
    defaultUserVerification: null,
  }
  await store.commit([store.environments.insert(environment), store.integrations.insert(made)])
  return {
    store,
    keyring,
    integration: async () => {
      const found = await store.integrations.findById(environment.id, made.id)
      if (found === null) throw new Error('the integration is gone')
      return found
    },
    rename: (clientId) => store.integrations.update(made.id, { credentials: { clientId } }, 2),
    afterNextSeal: (act) => {
      afterSeal = act
    },
  }
}
