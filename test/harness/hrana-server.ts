import Libsql from 'libsql'
import {
  answer,
  type Connection,
  createWriteLock,
  failureOf,
  type Stream,
  type StreamRequest,
} from './hrana-engine.ts'

/**
 * A libSQL server, as far as a client over HTTP sees one: Hrana 2 and 3 over HTTP with JSON
 * (https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_3_SPEC.md), on the embedded engine.
 * A stream lives as long as its baton; one that is forgotten is rolled back.
 */
export type HranaServer = {
  url: string
  /** What it does with every request from now on. */
  behave(behaviour: 'well' | 'unwell' | 'hang' | 'lose_commits'): void
  requests(): number
  stop(): Promise<void>
}

type PipelineBody = { baton?: string | null; requests: StreamRequest[] }

/** Half of a pair, as JSON writes it where the other half is missing; no text in Rust has one. */
const LONE_SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f][0-9a-f]{2}/i

const HANG_MS = 60_000

export function startHranaServer(file: string, token: string): HranaServer {
  const streams = new Map<string, Stream>()
  const idle: Connection[] = []
  const lock = createWriteLock()
  let behaviour: Parameters<HranaServer['behave']>[0] = 'well'
  let requests = 0
  let isStopped = false
  const underWay = new Set<Promise<Response>>()

  function open(): Stream {
    const connection = idle.pop() ?? new Libsql(file)
    if (idle.length === 0) connection.exec('PRAGMA journal_mode = WAL; PRAGMA foreign_keys = on')
    return { connection, sqls: new Map(), isBroken: false }
  }
  function close(stream: Stream): void {
    const { connection, isBroken } = stream
    if (connection.inTransaction) connection.exec('ROLLBACK')
    lock.release(stream)
    if (isBroken) connection.close()
    else idle.push(connection)
  }

  async function pipeline(body: PipelineBody): Promise<Response> {
    const stream = body.baton ? streams.get(body.baton) : open()
    if (stream === undefined) return new Response('Received an invalid baton', { status: 400 })
    if (body.baton) streams.delete(body.baton)
    let closed = false
    const results: object[] = []
    for (const request of body.requests) {
      closed ||= request.type === 'close'
      try {
        results.push({ type: 'ok', response: await answer(stream, lock, request) })
      } catch (error) {
        results.push({ type: 'error', error: failureOf(error) })
      }
    }
    const baton = closed ? null : crypto.randomUUID()
    if (baton === null) close(stream)
    else streams.set(baton, stream)
    return Response.json({ baton, base_url: null, results })
  }

  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      requests += 1
      if (behaviour === 'hang') await Bun.sleep(HANG_MS)
      if (behaviour === 'unwell') return new Response('Bad Gateway', { status: 502 })
      if (request.headers.get('authorization') !== `Bearer ${token}`) {
        return Response.json({ message: 'unauthorized' }, { status: 401 })
      }
      const { pathname } = new URL(request.url)
      if (/^\/v[23]$/.test(pathname)) return new Response('')
      if (!/^\/v[23]\/pipeline$/.test(pathname)) return new Response('Not Found', { status: 404 })
      const text = await request.text()
      if (LONE_SURROGATE.test(text)) {
        const reason = 'Cannot deserialize client message from JSON: lone leading surrogate'
        return new Response(reason, { status: 400 })
      }
      const body = JSON.parse(text) as PipelineBody
      // The engine ends the process where a connection is used that was closed.
      if (isStopped) return new Response('stopped', { status: 503 })
      const running = pipeline(body)
      underWay.add(running)
      const response = await running.finally(() => underWay.delete(running))
      const isCommit = body.requests.some(({ type }) => type === 'batch')
      const isLost = behaviour === 'lose_commits' && isCommit
      return isLost ? new Response('', { status: 502 }) : response
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    behave: (next) => {
      behaviour = next
    },
    requests: () => requests,
    stop: async () => {
      isStopped = true
      await server.stop(true)
      // Who waits to write gets the lock that a forgotten stream may have.
      for (const stream of streams.values()) lock.release(stream)
      await Promise.allSettled(underWay)
      for (const connection of [...idle, ...[...streams.values()].map((one) => one.connection)]) {
        connection.close()
      }
    },
  }
}
