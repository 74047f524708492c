import type { Log } from '../observe/log.ts'
import type { LogLevel } from '../observe/log-level.ts'

/**
 * SIGHUP turns debug logging on, the next one off again: to look at a latch that is in trouble
 * without restarting it.
 */
export function changeLevelOnHangup(log: Log, configured: LogLevel): void {
  const other = configured === 'debug' ? 'info' : 'debug'
  let level = configured
  process.on('SIGHUP', () => {
    level = level === configured ? other : configured
    // Said at any level: whoever sent the signal wants to see that it came.
    log.setLevel('info')
    log.info({ logLevel: level }, 'SIGHUP: the log level is changed')
    log.setLevel(level)
  })
}
