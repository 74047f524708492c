/**
 * The reasons of events about endpoints and connections that were not changed themselves, but
 * belong to something that was.
 */
export type Cause =
  | 'connection_installed'
  | 'connection_deleted'
  | 'integration_deleted'
  | 'subscriber_deleted'
  | 'subscriber_erased'
