import { Elysia } from 'elysia'

/** Whether the process answers at all: no database, no secret, nothing that could be slow. */
export const health = () => new Elysia({ name: 'health' }).get('/healthz', { status: 'ok' })
