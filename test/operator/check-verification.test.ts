import { expect, test } from 'bun:test'
import type { UserVerification } from '../../src/config.ts'
import { verificationCheck } from '../../src/operator/check-verification.ts'
import { createRandom } from '../../src/secrets/random.ts'
import { openSealedStore } from '../harness/sealed-store.ts'
import { tempDir } from '../harness/temp-dir.ts'

const { store, integration } = await openSealedStore(
  tempDir(),
  new Uint8Array(32).fill(7),
  createRandom(),
)
const made = await integration()

/** What doctor finds for each integration of the environment, by identifier. */
async function found(userVerification: UserVerification): Promise<Record<string, string[]>> {
  const check = await verificationCheck({ store, settings: { userVerification } })
  const all = await store.integrations.list('env')
  return Object.fromEntries(
    all.map((one) => [one.identifier, check(one).map((f) => `${f.status}: ${f.message}`)]),
  )
}

const older = { ...made, defaultUserVerification: 'none' as const }
await store.commit(
  [
    // As the migration leaves integrations that are older than the setting.
    { ...older, id: 'a', identifier: 'older' },
    { ...older, id: 'b', identifier: 'chosen', credentials: { userVerification: 'confirm' } },
    { ...older, id: 'c', identifier: 'inactive', active: false },
    { ...made, id: 'd', identifier: 'set', credentials: { userVerification: 'none' } },
    { ...made, id: 'e', identifier: 'imported', credentials: { userVerification: 'session' } },
  ].map(store.integrations.insert),
)

test('doctor calls `none` an error, says why it is so, and a sandbox is exempt', async () => {
  const none = (why: string): string[] => [expect.stringContaining(`links another person. ${why}`)]
  const rest = {
    older: none('It is older than this setting'),
    chosen: [],
    inactive: [],
    set: none('It is set so'),
    imported: [expect.stringContaining('has no `completionUrl`')],
  }
  expect(await found('confirm')).toEqual({ ...rest, slack: [] })
  expect(await found('none')).toEqual({ ...rest, slack: none('LATCH_USER_VERIFICATION=none') })
  expect(await found('session')).toEqual({ ...rest, slack: rest.imported })
  await store.commit([store.metadata.setPurpose('sandbox')])
  expect(Object.values(await found('none')).flat()).toEqual([])
})
