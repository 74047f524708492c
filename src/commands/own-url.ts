import type { Settings } from '../config.ts'

/** Where latch would listen, were it started. */
export const ownUrl = ({ host, port }: Pick<Settings, 'host' | 'port'>): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`
