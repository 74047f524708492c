import { open } from 'node:fs/promises'
import { UsageError } from '../operator/errors.ts'
import { type CommandOptions, defineCommand, defineGroup } from './define-command.ts'
import { withEnvironment, withJson } from './options.ts'

type SubscriberOptions = CommandOptions & { environment?: string }
type EraseOptions = SubscriberOptions & { yes?: boolean; rewrite: boolean }

const personOf = (
  subscriberId: string,
  { environment = null }: { environment?: string | null },
) => ({
  environmentId: environment,
  subscriberId,
})

/** Exports to a file with mode 0600, or to standard output. */
const exportCommand = defineCommand({
  name: 'export',
  description: 'write everything stored about one person as JSON, without secrets',
  declare: (command) =>
    withEnvironment(command)
      .argument('<id>', "the subscriber's id, as your backend knows it")
      .argument('[file]', 'the file to write; default: standard output'),
  examples: ['latch subscribers export subscriber-123 subscriber-123.json'],
  run: async (subscriberId: string, file: string | undefined, options: SubscriberOptions) => {
    const { exportSubscriberAction } = await import('../operator/subscribers.ts')
    const { runAction } = await import('./run-action.ts')
    const wanted = personOf(subscriberId, options)
    const person = await runAction(options, exportSubscriberAction, wanted)
    await write(`${JSON.stringify(person, null, 2)}\n`, file)
    return 0
  },
})

async function write(text: string, file: string | undefined): Promise<void> {
  if (file === undefined) {
    await Bun.write(Bun.stdout, text)
    return
  }
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const erase = defineCommand({
  name: 'erase',
  description: 'erase everything stored about one person; this cannot be undone',
  declare: (command) =>
    withJson(withEnvironment(command))
      .argument('<id>', "the subscriber's id, as your backend knows it")
      .option('--yes', 'do not ask for confirmation')
      .option(
        '--no-rewrite',
        'do not rewrite the database file (which blocks writes, long if it is large)',
      ),
  examples: ['latch subscribers erase subscriber-123 --yes'],
  run: async (subscriberId: string, options: EraseOptions) => {
    if (options.yes !== true && !isConfirmed(subscriberId)) {
      console.error('Nothing was erased.')
      return 1
    }
    const { eraseSubscriberAction } = await import('../operator/subscribers.ts')
    const { runAction } = await import('./run-action.ts')
    const erased = await runAction(options, eraseSubscriberAction, {
      ...personOf(subscriberId, options),
      rewritesFile: options.rewrite,
    })
    const { endpoints, connections, events, isFileRewritten } = erased
    console.log(
      options.json
        ? JSON.stringify(erased)
        : `Erased. Endpoints deleted: ${endpoints}, connections deleted: ${connections}, events cleared: ${events}. ` +
            (isFileRewritten
              ? ''
              : 'The database file was not rewritten, and may still contain erased bytes. ') +
            'Backups and log files still contain their data: see /docs/personal-data',
    )
    return 0
  },
})

/** Asks for confirmation. Throws `UsageError` if there is no terminal to ask at. */
function isConfirmed(subscriberId: string): boolean {
  if (process.stdin.isTTY && process.stderr.isTTY) {
    return confirm(`Erase everything stored about ${subscriberId}? This cannot be undone.`)
  }
  throw new UsageError('Erasing cannot be undone: without a terminal, confirm it with --yes.')
}

export const subscribersCommand = defineGroup({
  name: 'subscribers',
  description: "export or erase one person's data",
  commands: [exportCommand, erase],
})
