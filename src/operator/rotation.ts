import { type Background, repeat } from '../background.ts'
import type { Log } from '../observe/log.ts'
import { replaceMasterKeys } from '../secrets/key-file.ts'
import { type Keyring, MASTER_KEY_BYTES } from '../secrets/keyring.ts'
import type { MasterKeys } from '../secrets/master-keys.ts'
import type { Random } from '../secrets/random.ts'
import { STATE_CLOCK_TOLERANCE_MS, STATE_LIFETIME_MS } from '../secrets/state.ts'
import type { SealedCursor } from '../store/sealed-values.ts'
import type { Store } from '../store/store.ts'
import { UsageError } from './errors.ts'

/** The progress of a secret key rotation. */
export type RotationStatus = {
  /** The id of the current key, which reveals nothing about it. */
  kid: string
  /** The ids of previous keys that can still open values. */
  previousKids: readonly string[]
  /**
   * `sealing`: values are being sealed with the new key; `sealed`: nothing needs a previous key any
   * more.
   */
  state: 'idle' | 'sealing' | 'sealed'
  resealed: number
  /** The number of values that no key can open. */
  unopened: number
}

/** Rotates the secret key while latch runs. After a kill, it continues where it stopped. */
export type Rotation = {
  /**
   * Creates a new key, which seals from now on; the previous one can still open values. Throws
   * `UsageError` if the operator supplies the key, as latch cannot write it.
   */
  begin(): Promise<void>
  /** Re-seals a batch of values, or removes a key that is no longer needed. */
  step(): Promise<'more' | 'done'>
  status(): RotationStatus
}

export type RotatingKeys = { keyring: Keyring; masterKeys: MasterKeys; isOwnFile: boolean }

/** How long after a rotation a link that was signed with the previous key can still come back. */
const FORGET_AFTER_MS = STATE_LIFETIME_MS + STATE_CLOCK_TOLERANCE_MS

const OWN_KEY = `The secret key is set by LATCH_SECRET_KEY, so latch cannot replace it. Add the new key as a line before it
and restart latch: it re-encrypts everything, and logs when you can remove the old key.`

export function createRotation(
  { keyring, masterKeys, isOwnFile }: RotatingKeys,
  { store, random, clock, log }: { store: Store; random: Random; clock(): number; log: Log },
  dataDir: string,
): Rotation {
  let keys = masterKeys
  let cursor: SealedCursor | null = null
  let pass = { startedAtMs: clock(), resealed: 0, unopened: 0, isDone: false }
  let underWay: Promise<'more' | 'done'> | null = null

  const startPass = (): void => {
    cursor = null
    pass = { ...pass, startedAtMs: clock(), unopened: 0, isDone: false }
  }

  async function sealPage(): Promise<'more' | 'done'> {
    const { next, resealed, undecryptable } = await store.sealedValues.reseal(cursor)
    pass.resealed += resealed
    pass.unopened += undecryptable.length
    cursor = next
    if (next !== null) return 'more'
    await store.metadata.resealCanary()
    if (isOwnFile || pass.resealed > 0) await rewriteFile()
    pass.isDone = true
    log.info(
      { kid: keyring.current.kid, resealed: pass.resealed, unopened: pass.unopened },
      'everything is encrypted with the current secret key',
    )
    return 'done'
  }

  /** SQLite leaves what was changed in free parts of its pages, and in its log. */
  async function rewriteFile(): Promise<void> {
    await store.rewrite().catch((thrown: unknown) => {
      const error = thrown instanceof Error ? thrown : null
      const remedy =
        'Values sealed with the previous key may be left in free pages of the database.'
      log.warn({ error, remedy }, 'the database file was not rewritten')
    })
  }

  async function forgetWhenDue(): Promise<'more' | 'done'> {
    const dueAtMs = forgetAtMs(keys)
    if (!isOwnFile || dueAtMs === null || clock() < dueAtMs) return 'done'
    // Writes in progress while the key changed may have been sealed with the old key.
    if (pass.startedAtMs < dueAtMs) {
      startPass()
      return 'more'
    }
    keys = { current: keys.current, previous: [] }
    await replaceMasterKeys(dataDir, keys)
    keyring.forgetPrevious()
    log.info({ kid: keyring.current.kid }, 'the previous secret key was removed')
    return 'done'
  }

  async function step(): Promise<'more' | 'done'> {
    if (keys.previous.length === 0) return 'done'
    return pass.isDone ? forgetWhenDue() : sealPage()
  }

  return {
    async begin() {
      if (!isOwnFile) throw new UsageError(OWN_KEY)
      await underWay
      const current = random.bytes(MASTER_KEY_BYTES)
      const retired = { key: keys.current, retiredAtMs: clock() }
      const next = { current, previous: [retired, ...keys.previous] }
      // The key is written to the file before it seals anything: sealed values must be readable
      // after a crash.
      await replaceMasterKeys(dataDir, next)
      keys = next
      keyring.rotate(current)
      pass.resealed = 0
      startPass()
      log.info({ kid: keyring.current.kid }, 'the secret key was replaced')
    },
    step: () => {
      underWay ??= step().finally(() => {
        underWay = null
      })
      return underWay
    },
    status: () => ({
      kid: keyring.current.kid,
      previousKids: keyring.previous.map(({ kid }) => kid),
      state: keys.previous.length === 0 ? 'idle' : pass.isDone ? 'sealed' : 'sealing',
      resealed: pass.resealed,
      unopened: pass.unopened,
    }),
  }
}

/** When no link signed with a previous key can come back any more; null if latch cannot know. */
function forgetAtMs({ previous }: MasterKeys): number | null {
  const retired = previous.map(({ retiredAtMs }) => retiredAtMs)
  if (retired.length === 0 || retired.includes(null)) return null
  return Math.max(...retired.filter((ms) => ms !== null)) + FORGET_AFTER_MS
}

const PAUSE_MS = 1000

/** Continues a rotation, including one that was interrupted by a kill or a restart. */
export const startRotating = (rotation: Rotation, log: Log): Background =>
  repeat(PAUSE_MS, rotation.step, (error) => {
    const cause = error instanceof Error ? error : null
    log.warn({ error: cause }, 'values could not be re-encrypted with the current secret key')
  })
