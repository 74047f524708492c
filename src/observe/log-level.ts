export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Which requests are logged: see `createRequestLog`. */
export const loggedRequests = ['all', 'errors', 'none'] as const
export type LoggedRequests = (typeof loggedRequests)[number]
