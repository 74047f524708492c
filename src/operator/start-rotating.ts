import { type Background, repeat } from '../background.ts'
import type { Log } from '../observe/log.ts'
import type { Rotation } from './rotation.ts'

const PAUSE_MS = 1000

/** Goes on with a rotation, also with one that a kill or a restart cut off. */
export const startRotating = (rotation: Rotation, log: Log): Background =>
  repeat(PAUSE_MS, rotation.step, (error) => {
    const cause = error instanceof Error ? error : null
    log.warn({ error: cause }, 'values were not sealed with the current secret key')
  })
