import { Type } from '@sinclair/typebox'
import type { Elysia } from 'elysia'
import { declares } from '../../http/declares.ts'
import { HEALTH_CHECK, NotReady, type Readiness, readinessResponse } from './readiness.ts'

export const ready = (readiness: () => Promise<Readiness>) => (app: Elysia) =>
  app.get(
    '/readyz',
    async () => {
      const found = await readiness()
      return readinessResponse(found.status === 'ready', found)
    },
    declares({
      ...HEALTH_CHECK,
      operationId: 'ready',
      summary: 'Check readiness',
      description:
        'Checks that the database is writable. Fails as soon as latch is told to stop, while other ' +
        'requests are still served for `LATCH_SHUTDOWN_DELAY_MS`, so that a proxy that polls it loses ' +
        'no request in a restart.',
      responses: {
        200: {
          description: 'Ready',
          schema: Type.Object({ status: Type.Literal('ready') }),
          headers: { 'Cache-Control': 'always' },
        },
        503: {
          description: 'Not ready, or overloaded',
          schema: NotReady,
          headers: { 'Cache-Control': 'sometimes' },
        },
      },
    }),
  )
