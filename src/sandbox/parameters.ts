/**
 * No parameter may appear twice, as two parsers may take different ones (RFC 6749 §3.1 and §3.2).
 */
export const hasRepeatedParameter = (parameters: URLSearchParams): boolean =>
  new Set(parameters.keys()).size < parameters.size
