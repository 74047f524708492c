/**
 * Why something happened to endpoints and connections that somebody has not changed themselves: they
 * belong to what was changed.
 */
export type Cause =
  | 'connection_installed'
  | 'connection_deleted'
  | 'integration_deleted'
  | 'subscriber_deleted'
  | 'subscriber_erased'
