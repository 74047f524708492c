import { embedMigrations } from './migrations.macro.ts' with { type: 'macro' }
import type { Migration } from './migrations.macro.ts'

/**
 * The migrations, as they were when latch was built.
 *
 * In a file of its own, which must stay small: Bun keeps what it made of larger ones
 * (https://bun.com/docs/runtime/env), and may have kept one in which the macro was not run.
 */
export const embeddedMigrations = (): Migration[] => embedMigrations()
