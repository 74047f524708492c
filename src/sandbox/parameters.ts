/** RFC 6749 §3.1 and §3.2: no parameter may come twice, as two readers may take different ones. */
export const comesTwice = (parameters: URLSearchParams): boolean =>
  new Set(parameters.keys()).size < parameters.size
