import { type DestinationStream, pino } from 'pino'
import { errorText } from './error-text.ts'
import type { LogLevel } from './log-level.ts'

/**
 * latch's log, written by pino to standard error, because standard output belongs to the output of
 * commands. Lines are JSON, or human-readable on a terminal. Fields are named one by one, and whole
 * requests are never logged, so no code, state, token or key can get in.
 */
export type Log = {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
  /** Whether `debug` is enabled; check before building costly fields. */
  isDebugging(): boolean
  /** Takes effect at once. */
  setLevel(level: LogLevel): void
}

/** Fields must not use a name that every line has: it would appear twice. */
export type LogFields = Readonly<
  Record<string, string | number | boolean | null | Error | undefined> & {
    level?: never
    time?: never
    msg?: never
  }
>

const STANDARD_ERROR = 2

export async function createLog(
  level: LogLevel,
  isForPeople: boolean = process.stderr.isTTY,
): Promise<Log> {
  const logger = pino(
    {
      level,
      base: null,
      errorKey: 'error',
      serializers: { error: (error: unknown) => error && errorText(error) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    isForPeople ? await pretty() : pino.destination({ dest: STANDARD_ERROR, sync: true }),
  )
  const at =
    (severity: 'debug' | 'info' | 'warn' | 'error') =>
    (fields: LogFields, message: string): void =>
      logger[severity](fields, message)
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    isDebugging: () => logger.isLevelEnabled('debug'),
    setLevel: (next) => {
      logger.level = next
    },
  }
}

/**
 * Runs pino-pretty in this process: pino would load it in a worker, from a file that does not exist
 * in the executable. It is loaded only for a terminal, because loading takes 3 ms of the start.
 */
async function pretty(): Promise<DestinationStream> {
  const { PinoPretty } = await import('pino-pretty')
  return PinoPretty({
    destination: STANDARD_ERROR,
    sync: true,
    errorLikeObjectKeys: ['error'],
    translateTime: 'SYS:HH:MM:ss',
  })
}
