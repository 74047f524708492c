import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Operation } from '../http/operation.ts'

const healthOperation: Operation = {
  operationId: 'health',
  summary: 'Is latch alive?',
  description: 'Answers while the process does. Never limited, and asks nothing of the database.',
  tags: ['Service'],
  access: 'none',
  answer: {
    status: 200,
    description: 'It is',
    schema: Type.Object({ status: Type.Literal('ok') }),
  },
}

/** Whether the process answers at all: no database, no secret, nothing that could be slow. */
export const health = () =>
  new Elysia({ name: 'health' }).get('/healthz', { status: 'ok' }, { detail: healthOperation })
