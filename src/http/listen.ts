export type RequestHandler = (request: Request) => Response | Promise<Response>

export type Listener = {
  url: string
  port: number
  /** From now on `fetch` answers; before, `starting` does. */
  setHandler(fetch: RequestHandler): void
  /** The address that a request came from: the client's own, or that of the proxy before it. */
  addressOf(request: Request): string
  /**
   * Lets a request take that many seconds in which nothing is sent, in place of the 60 that each may:
   * then its connection counts as idle, and is closed.
   */
  extendTimeout(request: Request, seconds: number): void
  /**
   * Takes no new connections, and resolves when the requests in flight are answered, or cut off
   * after 30 seconds: nothing that latch answers takes longer unless somebody makes it.
   */
  stop(): Promise<void>
}

export class ListenError extends Error {
  override readonly name = 'ListenError'
}

export type ListenOptions = {
  /** Answers until it is known who does. */
  starting?: RequestHandler
  stopGraceMs?: number
  /** What the operator chooses the port by. */
  portSetBy?: string
}

/** Three calls to a provider that hangs, or two bodies that do not arrive. */
const STOP_GRACE_MS = 30_000

const QUIET_MS = 500

/**
 * How long a request may take in which nothing is sent. Bun calls a connection idle after 10 seconds,
 * and its client is told nothing. That is right for half a head; but whoever waits for another
 * callback of their link waits 15, a body may take 15, and a provider that is asked twice 20.
 */
const IDLE_TIMEOUT_SECONDS = 60

/** Listens on `host` and `port` (0: any that is free). Throws `ListenError` where it cannot. */
export function listen(
  host: string,
  port: number,
  {
    starting = startingResponse,
    stopGraceMs = STOP_GRACE_MS,
    portSetBy = '--port',
  }: ListenOptions = {},
): Listener {
  // Bun's own 413 is no JSON, so its limit is out of the way: the API's is enforced as bodies come.
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
 * Bun waits for connections as well that ask for nothing, until it calls them idle after 10 seconds:
 * as long as `docker stop` waits before it kills. So once no request is left, what remains is cut.
 */
async function stopWithin(server: Bun.Server<undefined>, graceMs: number): Promise<void> {
  const deadlineMs = performance.now() + graceMs
  let quietSinceMs = performance.now()
  const watch = setInterval(() => {
    const nowMs = performance.now()
    if (server.pendingRequests > 0) quietSinceMs = nowMs
    // Long enough for an answer to leave that was only just given.
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
