import { describe, expect, test } from 'bun:test'
import { Type } from '@sinclair/typebox'
import { createApp } from '../../src/app.ts'
import type { Declaration } from '../../src/http/declares.ts'
import { responsesOf } from '../../src/http/responses.ts'
import { startService } from '../harness/service.ts'

const declaration: Declaration = {
  operationId: 'Example',
  summary: 'Example',
  description: 'Example',
  tag: { name: 'Examples', description: 'Examples' },
  access: 'read',
  responses: {
    404: { description: 'There is none' },
    303: { description: 'It is elsewhere' },
    200: { description: 'It is here' },
  },
}

const statusesOf = (method: string, changes: Partial<Declaration> = {}): number[] => [
  ...responsesOf(method, { ...declaration, ...changes }).keys(),
]

describe('the responses of an operation', () => {
  test('are in the order of their status, so success comes first', () => {
    expect(statusesOf('GET')).toEqual([200, 303, 401, 403, 404, 405, 414, 429, 500, 503])
  })

  test('include 422 if it has a shape to match, whether parameters, a query or a body', () => {
    const shape = Type.Object({ name: Type.String() })
    expect(statusesOf('PUT')).not.toContain(422)
    for (const part of [{ params: shape }, { query: shape }, { body: shape }]) {
      expect([part, statusesOf('PUT', part).includes(422)]).toEqual([part, true])
    }
  })

  test('have the examples of what is sent when latch is busy', async () => {
    const service = await startService({ LATCH_RATE_LIMIT_GLOBAL: '1' })
    const app = createApp(service.deps, () => '127.0.0.1')
    const ask = () => app.fetch(new Request(`${service.url}/v1/integrations`))
    let limited = await ask()
    for (let asked = 0; asked < 100 && limited.status !== 429; asked += 1) limited = await ask()
    app.drain()
    const busy = [limited, await ask()]
    expect(busy.map(({ status }) => status)).toEqual([429, 503])
    const described = responsesOf('GET', declaration)
    for (const answer of busy) {
      expect(described.get(answer.status)?.json?.examples).toEqual([await answer.json()])
    }
    await service.stop()
  })
})
