import type { Registry } from './definition.ts'
import { msteams } from './msteams/definition.ts'
import { slack } from './slack/definition.ts'

/** The providers built into latch. To add one, add a folder and a line here. */
export const REGISTRY: Registry = [slack, msteams]
