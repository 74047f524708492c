/** Whether a person is asking, in a browser; programs get JSON. */
export const wantsPage = (headers: Headers): boolean =>
  (headers.get('accept') ?? '').includes('text/html')
