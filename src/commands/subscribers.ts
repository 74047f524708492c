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

/** Writes to a file that nobody else may read, or to standard output. */
const exportCommand = defineCommand({
  name: 'export',
  description: 'write all that is kept of one person as JSON, without secrets',
  declare: (command) =>
    withEnvironment(command)
      .argument('<id>', "the subscriber's id, as your backend knows it")
      .argument('[file]', 'where to write; standard output if left out'),
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
  description: 'erase all that is kept of one person; there is no way back',
  declare: (command) =>
    withJson(withEnvironment(command))
      .argument('<id>', "the subscriber's id, as your backend knows it")
      .option('--yes', 'do not ask')
      .option('--no-rewrite', 'leave the file as it is: it is large, and writes would wait'),
  examples: ['latch subscribers erase subscriber-123 --yes'],
  run: async (subscriberId: string, options: EraseOptions) => {
    if (options.yes !== true && !isConfirmed(subscriberId)) {
      console.error('Nothing is erased.')
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
              : 'The file was not rewritten, and may still have bytes of it. ') +
            'Backups and log files keep what they have: see /docs/personal-data',
    )
    return 0
  },
})

/** Asks whoever is at the terminal. Throws `UsageError` where nobody is. */
function isConfirmed(subscriberId: string): boolean {
  if (process.stdin.isTTY && process.stderr.isTTY) {
    return confirm(`Erase all that is kept of ${subscriberId}? There is no way back.`)
  }
  throw new UsageError('erasing cannot be undone: without a terminal to ask at, it needs --yes')
}

export const subscribersCommand = defineGroup({
  name: 'subscribers',
  description: 'what is kept of one person: export it, or erase it',
  commands: [exportCommand, erase],
})
