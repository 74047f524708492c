import { Type } from '@sinclair/typebox'
import type { Operation } from '../../http/operation.ts'

const service = { tags: ['Service'], access: 'none' } as const satisfies Partial<Operation>

export const healthOperation: Operation = {
  ...service,
  operationId: 'health',
  summary: 'Is latch alive?',
  description: 'Answers while the process does. Never limited, and asks nothing of the database.',
  answer: {
    status: 200,
    description: 'It is',
    schema: Type.Object({ status: Type.Literal('ok') }),
  },
}

export const readyOperation: Operation = {
  ...service,
  operationId: 'ready',
  summary: 'May requests be sent here?',
  description:
    'Writes to the database to find out. Fails from the moment that latch is told to stop, while ' +
    'it still answers everything else (`LATCH_SHUTDOWN_DELAY_MS`): a proxy that looks here loses ' +
    'no request in a restart.',
  answer: {
    status: 200,
    description: 'They may',
    schema: Type.Object({ status: Type.Literal('ready') }),
  },
}

export const novuHealthOperation: Operation = {
  ...service,
  operationId: 'HealthController_healthCheck',
  summary: 'The same, in the form of Novu',
  description: "Answers as Novu's health check does, for monitors that were made for it.",
  answer: {
    status: 200,
    description: 'It is well',
    schema: Type.Object({
      status: Type.String(),
      info: Type.Record(Type.String(), Type.Unknown()),
      error: Type.Record(Type.String(), Type.Unknown()),
      details: Type.Record(Type.String(), Type.Unknown()),
    }),
  },
}
