import type { Command } from 'commander'

export const withDataDir = (command: Command): Command =>
  command.option(
    '--data-dir <dir>',
    'the directory of the database and the secret key (LATCH_DATA_DIR)',
  )

/** For commands that need no data: scripts can pass `--data-dir` to every command alike. */
export const withUnusedDataDir = (command: Command): Command =>
  command.option('--data-dir <dir>', 'accepted for consistency, and ignored')

export const withEnvironment = (command: Command): Command =>
  withDataDir(command).option('--environment <id>', 'the environment; default: the first one')

export const withJson = (command: Command): Command =>
  command.option('--json', 'print JSON, for scripts')

export const withListening = (command: Command): Command =>
  withDataDir(command)
    .option('--host <address>', 'the address to listen on (LATCH_HOST, default 127.0.0.1)')
    .option(
      '--port <port>',
      'the port to listen on, or 0 for any free port (LATCH_PORT, default 4400)',
    )
    .option('--public-url <url>', 'the address at which users reach latch (LATCH_PUBLIC_URL)')
