import type { Command } from 'commander'

export const withDataDir = (command: Command): Command =>
  command.option('--data-dir <dir>', 'where the database and the secret key are (LATCH_DATA_DIR)')

/** For commands that need no data: scripts can pass `--data-dir` to every command alike. */
export const withUnusedDataDir = (command: Command): Command =>
  command.option('--data-dir <dir>', 'taken, as by every command, and not looked at')

export const withEnvironment = (command: Command): Command =>
  withDataDir(command).option('--environment <id>', 'which environment; the first one if left out')

export const withJson = (command: Command): Command =>
  command.option('--json', 'print JSON, for scripts')

export const withListening = (command: Command): Command =>
  withDataDir(command)
    .option('--host <address>', 'the address to listen on (LATCH_HOST, default 127.0.0.1)')
    .option('--port <port>', 'the port to listen on, 0 for any (LATCH_PORT, default 4400)')
    .option('--public-url <url>', 'how users reach latch (LATCH_PUBLIC_URL)')
