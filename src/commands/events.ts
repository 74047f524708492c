import { open } from 'node:fs/promises'
import type { Command } from 'commander'
import type { PresentedEvent } from '../domain/events/present.ts'
import { UsageError } from '../operator/errors.ts'
import { type CommandOptions, defineCommand, defineGroup } from './define-command.ts'
import { withDataDir, withEnvironment, withJson } from './options.ts'
import type { RunAction } from './run-action.ts'

type EventOptions = CommandOptions & {
  environment?: string
  since?: string
  type?: string
  subject?: string
}

const NEWEST = 50
const PAGE = 1000

const withFilters = (command: Command): Command =>
  withEnvironment(command)
    .option(
      '--since <time>',
      'only events since then: 2026-11-24T12:00Z, or how long ago: 90m, 36h, 7d',
    )
    .option('--type <types>', 'only these types, separated by commas')
    .option('--subject <subject>', 'only events about this, such as endpoint:chendp_x1y2')

const list = defineCommand({
  name: 'list',
  description: 'list events: the newest 50, or all since --since',
  declare: (command) => withJson(withFilters(command)),
  examples: [
    'latch events list --since 36h --type link.failed',
    'latch events list --since 2026-11-24 --json',
  ],
  run: async (options: EventOptions) => {
    const { withActions } = await import('./run-action.ts')
    await withActions(options, async (run) => {
      const pagesOf = options.since === undefined ? newestEvents : allEvents
      for await (const page of pagesOf(run, options)) print(page, options)
    })
    return 0
  },
})

const verify = defineCommand({
  name: 'verify',
  description: 'check that no event was changed, removed or added, and report those that were',
  declare: (command) => withJson(withDataDir(command)),
  examples: ['latch events verify --data-dir /var/lib/latch'],
  run: async (options: CommandOptions) => {
    const { verifyEventsAction } = await import('../operator/events.ts')
    const { runAction } = await import('./run-action.ts')
    const found = await runAction(options, verifyEventsAction, {})
    const { events, checkpoints, problems } = found
    if (options.json) console.log(JSON.stringify(found))
    else {
      for (const { kind, fromId, toId } of problems) {
        const which = fromId === toId ? `evt_${fromId}` : `evt_${fromId} to evt_${toId}`
        console.log(`${which}: ${MEANING[kind]}`)
      }
      const verdict = problems.length === 0 ? 'all unchanged' : 'not all unchanged'
      console.log(`events: ${events}, checkpoints: ${checkpoints}, ${verdict}`)
    }
    return problems.length === 0 ? 0 : 1
  },
})

const MEANING = {
  changed: 'changed, or not written by latch',
  added: 'added among events that retention had removed',
  missing: 'missing',
  checkpoint_broken: 'reordered, or their checkpoint was changed',
} as const

const exportCommand = defineCommand({
  name: 'export',
  description: 'write events as JSON lines, oldest first',
  declare: (command) =>
    withFilters(command).argument('[file]', 'the file to write; default: standard output'),
  examples: ['latch events export --since 2026-11-01 events.jsonl'],
  run: async (file: string | undefined, options: EventOptions) => {
    const { withActions } = await import('./run-action.ts')
    const handle = file === undefined ? null : await open(file, 'wx', 0o600)
    let count = 0
    try {
      await withActions(options, async (run) => {
        for await (const page of allEvents(run, options)) {
          const text = page.map((event) => `${JSON.stringify(event)}\n`).join('')
          if (handle === null) await Bun.write(Bun.stdout, text)
          else await handle.writeFile(text)
          count += page.length
        }
      })
      await handle?.sync()
    } finally {
      await handle?.close()
    }
    console.error(`${count} events written`)
    return 0
  },
})

export const eventsCommand = defineGroup({
  name: 'events',
  description: 'list, export and verify events: who was linked, and who changed what',
  commands: [list, verify, exportCommand],
})

/** All events that match, oldest first, a page at a time. */
async function* allEvents(run: RunAction, options: EventOptions): AsyncGenerator<PresentedEvent[]> {
  const filter = filterOf(options)
  for (let after: string | null = null; ; ) {
    const page: PresentedEvent[] = await readPage(run, {
      ...filter,
      after,
      from: 'oldest',
      limit: PAGE,
    })
    yield page
    if (page.length < PAGE) return
    after = page.at(-1)?.id ?? after
  }
}

async function* newestEvents(
  run: RunAction,
  options: EventOptions,
): AsyncGenerator<PresentedEvent[]> {
  yield readPage(run, { ...filterOf(options), after: null, from: 'newest', limit: NEWEST })
}

type PageInput = ReturnType<typeof filterOf> & {
  after: string | null
  from: 'oldest' | 'newest'
  limit: number
}

async function readPage(run: RunAction, input: PageInput): Promise<PresentedEvent[]> {
  const { listEventsAction } = await import('../operator/events.ts')
  return run(listEventsAction, input)
}

const UNIT_MS = new Map([
  ['m', 60_000],
  ['h', 60 * 60_000],
  ['d', 24 * 60 * 60_000],
])

/** Parses a time, or how long ago it was. Throws `UsageError` for anything else. */
function readSince(since: string | undefined): number | null {
  if (since === undefined) return null
  const [, count, unit = ''] = /^(\d{1,6})([mhd])$/.exec(since) ?? []
  const unitMs = UNIT_MS.get(unit)
  if (unitMs !== undefined) return Date.now() - Number(count) * unitMs
  const atMs = /^\d{4}-/.test(since) ? Date.parse(since) : Number.NaN
  if (!Number.isNaN(atMs)) return atMs
  throw new UsageError('--since is a time such as 2026-11-24T12:00Z, or how long ago, such as 36h')
}

const filterOf = ({ environment, since, type, subject }: EventOptions) => ({
  environmentId: environment ?? null,
  sinceMs: readSince(since),
  types: (type ?? '').split(',').filter((name) => name !== ''),
  subject: subject ?? null,
})

/** Prints one event per line; with `--json`, as JSON. */
function print(events: readonly PresentedEvent[], { json }: EventOptions): void {
  for (const event of events) {
    if (json) {
      console.log(JSON.stringify(event))
      continue
    }
    const { id, createdAt, type, subject, actor, subscriberId, reason } = event
    const about = subscriberId === null ? '' : `  subscriber:${subscriberId}`
    const why = reason === null ? '' : `  ${reason}`
    console.log(`${id}  ${createdAt}  ${type}  ${subject}${about}  by ${actor}${why}`)
  }
}
