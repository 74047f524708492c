import { Type } from '@sinclair/typebox'
import type { Elysia } from 'elysia'
import { declares } from '../../http/declares.ts'
import { HEALTH_CHECK } from './readiness.ts'

export const live = () => (app: Elysia) =>
  app.get(
    '/healthz',
    { status: 'ok' as const },
    declares({
      ...HEALTH_CHECK,
      operationId: 'health',
      summary: 'Check liveness',
      description:
        'Succeeds while the process is running. Exempt from rate limiting; does not use the database.',
      responses: {
        200: { description: 'Healthy', schema: Type.Object({ status: Type.Literal('ok') }) },
      },
    }),
  )
