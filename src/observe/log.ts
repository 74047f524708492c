import { pino } from 'pino'
import type { LogLevel } from './log-level.ts'

/**
 * What latch says of itself: JSON lines on standard error by pino, so that standard output stays a
 * command's own. Fields are named one by one, never whole requests: a code, state, token or key
 * has no way in.
 */
export type Log = {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
}

export type LogFields = Readonly<Record<string, string | number | boolean | null | Error>>

export function createLog(level: LogLevel): Log {
  const logger = pino(
    { level, base: null, errorKey: 'error', timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  )
  const at =
    (severity: 'debug' | 'info' | 'warn' | 'error') =>
    (fields: LogFields, message: string): void =>
      logger[severity](fields, message)
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
