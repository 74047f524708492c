export type RequestHandler = (request: Request) => Response | Promise<Response>

export type Listener = {
  url: string
  port: number
  /** Replaces the `starting` handler with `fetch`. */
  setHandler(fetch: RequestHandler): void
  /** The peer address of a request: the client's, or that of a proxy. */
  addressOf(request: Request): string
  /**
   * Raises a request's idle timeout from 60 seconds to this many. A connection on which nothing is
   * sent for that long is closed.
   */
  extendTimeout(request: Request, seconds: number): void
  /**
   * Stops accepting connections, and resolves when the requests in flight are finished, or cut off
   * after 30 seconds, which is longer than any request takes unless a client delays it.
   */
  stop(): Promise<void>
}

export class ListenError extends Error {
  override readonly name = 'ListenError'
}

export type ListenOptions = {
  /** Handles requests until `setHandler` is called. */
  starting?: RequestHandler
  stopGraceMs?: number
  /** The flag or variable that sets the port, for error messages. */
  portSetBy?: string
}

/** Long enough for three provider calls that time out, or two bodies that do not arrive. */
const STOP_GRACE_MS = 30_000

const QUIET_MS = 500

/**
 * Bun closes a connection without a response if nothing is sent for 10 seconds. That suits an
 * incomplete request head, but a callback may wait 15 seconds for another one of the same link, a
 * body may take 15, and two provider calls 20.
 */
const IDLE_TIMEOUT_SECONDS = 60

/** Listens on `host` and `port` (0: any free port). Throws `ListenError` if it cannot. */
export function listen(
  host: string,
  port: number,
  {
    starting = startingResponse,
    stopGraceMs = STOP_GRACE_MS,
    portSetBy = '--port',
  }: ListenOptions = {},
): Listener {
  // Bun's own 413 is not JSON, so its limit is raised; readBody enforces the API's limit.
  const options = { hostname: host, port, maxRequestBodySize: Number.MAX_SAFE_INTEGER }
  const server = serve({ ...options, fetch: withIdleTimeout(starting) }, portSetBy)
  const bound = server.port ?? port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    setHandler: (fetch) =>
      server.reload({
        ...options,
        fetch: withIdleTimeout(fetch),
      }),
    addressOf: (request) => server.requestIP(request)?.address ?? '',
    extendTimeout: (request, seconds) => server.timeout(request, seconds),
    stop: () => stopWithin(server, stopGraceMs),
  }
}

const withIdleTimeout =
  (fetch: RequestHandler) =>
  (request: Request, server: Bun.Server<undefined>): Response | Promise<Response> => {
    server.timeout(request, IDLE_TIMEOUT_SECONDS)
    return fetch(request)
  }

/**
 * Bun's `stop` also waits for connections that have sent part of a request head, until they time out
 * after 10 seconds, which is when `docker stop` kills a process. So once no request is left, the
 * remaining connections are closed.
 */
async function stopWithin(server: Bun.Server<undefined>, graceMs: number): Promise<void> {
  const deadlineMs = performance.now() + graceMs
  let quietSinceMs = performance.now()
  const watch = setInterval(() => {
    const nowMs = performance.now()
    if (server.pendingRequests > 0) quietSinceMs = nowMs
    // Leaves time for the last response to be sent.
    if (nowMs - quietSinceMs > QUIET_MS || nowMs > deadlineMs) void server.stop(true)
  }, 50)
  await server.stop()
  clearInterval(watch)
}

const startingResponse = (): Response =>
  new Response(null, { status: 503, headers: { 'retry-after': '1' } })

function serve(
  options: Parameters<typeof Bun.serve>[0],
  portSetBy: string,
): ReturnType<typeof Bun.serve> {
  const { hostname = '', port = 0 } = 'hostname' in options ? options : {}
  try {
    return Bun.serve(options)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'EADDRINUSE') {
      const fix = `Stop what listens there, or choose another with ${portSetBy} (0 takes any).`
      throw new ListenError(`port ${port} of ${hostname} is in use. ${fix}`, { cause: error })
    }
    if (code === 'EACCES') {
      const fix = `Choose a port above 1023 with ${portSetBy}.`
      throw new ListenError(`not allowed to listen on port ${port}. ${fix}`, { cause: error })
    }
    throw error
  }
}
