import type { Registry } from './definition.ts'
import { msteams } from './msteams/definition.ts'
import { slack } from './slack/definition.ts'

/** The providers of this latch. A new one is a folder, and a line here. */
export const REGISTRY: Registry = [slack, msteams]
