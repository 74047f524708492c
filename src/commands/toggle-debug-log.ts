import type { Log } from '../observe/log.ts'
import type { LogLevel } from '../observe/log-level.ts'

/**
 * SIGHUP turns debug logging on, and the next one off again, to examine a running service.
 */
export function toggleDebugOnHangup(log: Log, configured: LogLevel): void {
  const other = configured === 'debug' ? 'info' : 'debug'
  let level = configured
  process.on('SIGHUP', () => {
    level = level === configured ? other : configured
    // Logged at any level, to confirm the signal to whoever sent it.
    log.setLevel('info')
    log.info({ logLevel: level }, 'SIGHUP: the log level is changed')
    log.setLevel(level)
  })
}
