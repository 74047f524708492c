import { afterAll, describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { commit } from '../../src/domain/commit.ts'
import { createFirstEnvironment } from '../../src/domain/environments/first-environment.ts'
import { LINK_PATH } from '../harness/service.ts'
import { BAD_IDENTIFIERS } from './bad-identifiers.ts'
import { BAD_INPUTS } from './bad-inputs.ts'
import { CALLBACK_REFUSALS } from './callback-refusals.ts'
import { openDoors } from './doors.ts'
import { ELSEWHERE, NOT_TRIED, OUTCOMES } from './kinds.ts'
import { isObject } from './mutations.ts'
import { prepare, REFUSALS } from './refusals.ts'

const SRC = join(import.meta.dir, '../../src/domain')

const doors = await openDoors({ LATCH_AUTO_CREATE_SUBSCRIBERS: 'false' })
const { service } = doors
afterAll(() => service.stop())
const ids = await prepare(doors)

/** What a rule can come to, by the names that it gives it. */
const kinds = [...new Bun.Glob('**/*.ts').scanSync(SRC)]
  .flatMap((file) => [
    ...readFileSync(join(SRC, file), 'utf8').matchAll(/\bkind: (?:Type.Literal\()?'(\w+)'/g),
  ])
  .map(([, kind = '']) => kind)

describe('every refusal of the domain', () => {
  test('is tested here, or lists the test that covers it', () => {
    const known = new Set<string>([
      ...OUTCOMES,
      ...REFUSALS.map(({ kind }) => kind),
      ...CALLBACK_REFUSALS.map(({ kind }) => kind),
      ...Object.keys(ELSEWHERE),
      ...Object.keys(NOT_TRIED),
      // The table of values, below, and the schemas, in the tests beside this one.
      'invalid',
      'already_initialized',
    ])
    expect(kinds.filter((kind) => !known.has(kind))).toEqual([])
    expect([...known].filter((kind) => !kinds.includes(kind))).toEqual([])
  })

  test('is named in the test that is listed as covering it', () => {
    const wrong = Object.entries(ELSEWHERE).filter(
      ([, { file, says }]) =>
        !readFileSync(join(import.meta.dir, '..', file), 'utf8').includes(says),
    )
    expect(wrong).toEqual([])
  })
})

describe('a rule of the domain refuses, and nothing is stored:', () => {
  for (const [
    index,
    { kind, when, code = kind, api = [], record, command },
  ] of REFUSALS.entries()) {
    test(`${kind}, ${when} (${index + 1})`, async () => {
      expect(api.length + (record ? 1 : 0) + (command ? 1 : 0)).toBeGreaterThan(0)
      const before = doors.stored()
      for (const [method, path, body] of api) {
        const { body: answer } = await service.api(
          method,
          path.replace('$integration', ids.integrationId),
          body,
        )
        const context = isObject(answer) && isObject(answer['ctx']) ? answer['ctx'] : {}
        expect([method, path, context['code']]).toEqual([method, path, code])
      }
      if (record !== undefined) {
        const { value, becomes } = record
        const { stored, known, skipped } = await doors.importRecords([value])
        expect(stored).toEqual({})
        if (becomes === 'known') expect(Object.values(known)).toEqual([1])
        else expect(skipped).toMatchObject([{ line: 1, why: expect.stringContaining(becomes) }])
      }
      if (command !== undefined) {
        const { status, message } = await doors.command(command.action, command.input)
        expect([status, message]).toEqual([422, expect.stringContaining(command.says)])
      }
      expect(doors.stored()).toBe(before)
    })
  }
})

describe('a value that is refused is refused by every way in, and nothing is stored:', () => {
  for (const { rule, says, values, api = [], record, command } of [
    ...BAD_INPUTS,
    ...BAD_IDENTIFIERS,
  ]) {
    for (const value of values) {
      test(`${rule}: ${JSON.stringify(value)?.slice(0, 80)}`, async () => {
        const before = doors.stored()
        for (const { method, path, body } of api) {
          const place = path.replace('$integration', ids.integrationId)
          const { status, text } = await service.api(method, place, body(value))
          expect([method, path, status, text]).toEqual([
            method,
            path,
            expect.any(Number),
            expect.stringContaining(says),
          ])
          expect([400, 422]).toContain(status)
        }
        if (record !== undefined) {
          const { stored, known, skipped } = await doors.importRecords([record(value)])
          expect([stored, known]).toEqual([{}, {}])
          expect(skipped).toMatchObject([{ line: 1, why: expect.stringContaining(says) }])
        }
        if (command !== undefined) {
          const { status, message } = await doors.command(command.action, command.input(value))
          expect([status, message]).toEqual([422, expect.stringContaining(says)])
        }
        expect(doors.stored()).toBe(before)
      })
    }
  }
})

test('an environment of a database that has one is not made again', async () => {
  const before = doors.stored()
  const names = { environment: 'First', key: 'first' }
  const decided = await commit(service.deps, { kind: 'command', id: 'test' }, () =>
    createFirstEnvironment(service.deps, 'serve', names),
  )
  expect(decided).toMatchObject({ kind: 'already_initialized', purpose: 'sandbox' })
  expect(doors.stored()).toBe(before)
})

test('a link that is asked for by a subscriber id that none may have makes nobody', async () => {
  const other = await openDoors({ LATCH_AUTO_CREATE_SUBSCRIBERS: 'true' })
  const before = other.stored()
  for (const subscriberId of ['a b', ' ada', 'x'.repeat(300)]) {
    const body = { subscriberId, integrationIdentifier: 'slack' }
    const { status } = await other.service.api('POST', LINK_PATH, body)
    expect([subscriberId, status]).toEqual([subscriberId, 422])
  }
  expect(other.stored()).toBe(before)
  await other.service.stop()
})
