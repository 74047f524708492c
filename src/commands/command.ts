import type { Flags } from '../config.ts'

/** 0 done, 1 failed, 2 wrong use: what scripts rely on. */
export type ExitCode = 0 | 1 | 2

/** What a command is given: flags that win over the environment, and how to print. */
export type CommandOptions = Flags & { json?: boolean }
