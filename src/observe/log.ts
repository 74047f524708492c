import { type DestinationStream, pino } from 'pino'
import { errorText } from './error-text.ts'
import type { LogLevel } from './log-level.ts'

/**
 * What latch says of itself, by pino, on standard error, so that standard output stays a command's
 * own: JSON lines, or readable ones where a person looks on. Fields are named one by one, never
 * whole requests: a code, state, token or key has no way in.
 */
export type Log = {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
  /** Whether `debug` is told now: for what is costly to put together. */
  isDebugging(): boolean
  /** From now on. */
  setLevel(level: LogLevel): void
}

/** No field has the name of one that every line has: it would be in the line twice. */
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
 * In this process: pino's own way loads it in a worker, from a file that the executable has not. Where
 * nobody looks on it is not loaded at all, as that takes 3 ms of the start.
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
