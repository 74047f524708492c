import { type TSchema, Type } from '@sinclair/typebox'
import type { Elysia } from 'elysia'
import { declares } from '../../http/declares.ts'
import { UNAVAILABLE } from '../../http/responses.ts'
import { HEALTH_CHECK, type HealthDeps, type Readiness, readinessResponse } from './readiness.ts'

const states = () => Type.Record(Type.String(), Type.Unknown())
const HealthCheck = Type.Object({
  status: Type.Union([Type.Literal('ok'), Type.Literal('error')]),
  info: states(),
  error: states(),
  details: states(),
})
/** When latch is overloaded, the body is the same as for any other operation. */
const HealthCheckFailure: TSchema = Type.Union([HealthCheck, UNAVAILABLE])

export const novuHealthCheck =
  (
    { version, present }: Pick<HealthDeps, 'version' | 'present'>,
    readiness: () => Promise<Readiness>,
  ) =>
  (app: Elysia) =>
    app.get(
      '/v1/health-check',
      async () => {
        const found = await readiness()
        const ready = found.status === 'ready'
        const [state, problem] = ready ? ['up', {}] : ['down', { message: found.reason }]
        const database = { database: { status: state, ...problem } }
        const info = { apiVersion: { version, status: 'up' }, ...(ready && database) }
        const body = {
          status: ready ? 'ok' : 'error',
          info,
          error: ready ? {} : database,
          details: { ...info, ...database },
        }
        return readinessResponse(ready, present(body))
      },
      declares({
        ...HEALTH_CHECK,
        operationId: 'HealthController_healthCheck',
        summary: "Check readiness, in Novu's format",
        description: "Compatible with Novu's health check, for existing monitors.",
        responses: {
          200: {
            description: 'Healthy',
            schema: HealthCheck,
            headers: { 'Cache-Control': 'always' },
          },
          503: {
            description: 'Not ready, or overloaded',
            schema: HealthCheckFailure,
            headers: { 'Cache-Control': 'sometimes' },
          },
        },
      }),
    )
