import { expect, test } from 'bun:test'
import type { DeclaredRoute } from '../../src/http/declares.ts'
import { neverReceived } from './received-answers.ts'

const one: DeclaredRoute = {
  method: 'GET',
  path: '/one',
  declaration: {
    operationId: 'one',
    summary: '',
    description: '',
    tag: { name: '', description: '' },
    access: 'public',
    unlimited: true,
    responses: { 200: { description: '' } },
  },
}

test('what nobody received is told, but for what is exempt', () => {
  const received = new Set(['one 405', 'one 503', ''])
  const because = 'it is a test'
  expect(neverReceived([one], received, [{ status: 500, because }])).toEqual([
    '200 of GET /one (one) was never received',
    '414 of GET /one (one) was never received',
  ])
  const ofOthers = neverReceived([one], received, [
    { status: 200, operationId: 'other', because },
    { status: 414, operationId: 'one', because },
    { status: 500, because },
    { status: 503, operationId: 'one', because },
  ])
  expect(ofOthers).toEqual([
    '200 of GET /one (one) was never received',
    '503 of one is exempt, and was received',
  ])
})
