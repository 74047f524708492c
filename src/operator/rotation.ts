import { type Background, repeat } from '../background.ts'
import type { Log } from '../observe/log.ts'
import { replaceMasterKeys } from '../secrets/key-file.ts'
import { type Keyring, MASTER_KEY_BYTES } from '../secrets/keyring.ts'
import type { MasterKeys } from '../secrets/master-keys.ts'
import type { Random } from '../secrets/random.ts'
import { STATE_CLOCK_TOLERANCE_MS, STATE_LIFETIME_MS } from '../secrets/state.ts'
import type { SealedCursor } from '../store/sealed-values.ts'
import type { Store } from '../store/store.ts'
import { UsageError } from './usage-error.ts'

/** How far the replacement of the secret key is. */
export type RotationStatus = {
  /** Names the current key, and tells nothing of it. */
  kid: string
  /** Those that open still. */
  previousKids: readonly string[]
  /** `sealing`: values are being sealed anew; `sealed`: nothing needs a previous key any more. */
  state: 'idle' | 'sealing' | 'sealed'
  resealed: number
  /** Values that no key opens. */
  unopened: number
}

/** The replacement of the secret key, while latch runs. It goes on after a kill where it was. */
export type Rotation = {
  /**
   * Makes a new key, which seals from now on; the one before still opens. Throws `UsageError` where
   * the key is the operator's own, which latch cannot write.
   */
  begin(): Promise<void>
  /** Seals a few values anew, or forgets a key that is not needed any more. */
  step(): Promise<'more' | 'done'>
  status(): RotationStatus
}

export type RotatingKeys = { keyring: Keyring; masterKeys: MasterKeys; isOwnFile: boolean }

/** A link that was signed with a key may come back this long after it was replaced. */
const FORGET_AFTER_MS = STATE_LIFETIME_MS + STATE_CLOCK_TOLERANCE_MS

const OWN_KEY = `The secret key is given by LATCH_SECRET_KEY, so latch cannot replace it. Put the new one before it, on
a line of its own, and start latch again: it seals everything anew and says when the old one may go.`

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
    const { next, resealed, dead } = await store.sealedValues.sealAnew(cursor)
    pass.resealed += resealed
    pass.unopened += dead.length
    cursor = next
    if (next !== null) return 'more'
    await store.facts.sealCanaryAnew()
    pass.isDone = true
    log.info(
      { kid: keyring.current.kid, resealed: pass.resealed, unopened: pass.unopened },
      'everything is sealed with the current secret key',
    )
    return 'done'
  }

  async function forgetWhenDue(): Promise<'more' | 'done'> {
    const dueAtMs = forgetAtMs(keys)
    if (!isOwnFile || dueAtMs === null || clock() < dueAtMs) return 'done'
    // What was being written while the key changed may have been sealed with the old one.
    if (pass.startedAtMs < dueAtMs) {
      startPass()
      return 'more'
    }
    keys = { current: keys.current, previous: [] }
    await replaceMasterKeys(dataDir, keys)
    keyring.forgetPrevious()
    log.info({ kid: keyring.current.kid }, 'the previous secret key is forgotten')
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
      // In the file before it seals anything: what it sealed must open after a crash.
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

/** When nothing can come back any more that a previous key signed; null where latch cannot know. */
function forgetAtMs({ previous }: MasterKeys): number | null {
  const retired = previous.map(({ retiredAtMs }) => retiredAtMs)
  if (retired.length === 0 || retired.includes(null)) return null
  return Math.max(...retired.filter((ms) => ms !== null)) + FORGET_AFTER_MS
}

const PAUSE_MS = 1000

/** Goes on with a rotation, also with one that a kill or a restart cut off. */
export const startRotating = (rotation: Rotation, log: Log): Background =>
  repeat(PAUSE_MS, rotation.step, (error) => {
    const cause = error instanceof Error ? error : null
    log.warn({ error: cause }, 'values were not sealed with the current secret key')
  })
