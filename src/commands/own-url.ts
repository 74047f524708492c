import type { Settings } from '../config.ts'

/** The address that a service with these settings listens on. */
export const ownUrl = ({ host, port }: Pick<Settings, 'host' | 'port'>): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`
