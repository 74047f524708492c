import { afterEach, beforeEach, expect, jest, test } from 'bun:test'
import { createDeadline } from '../../src/http/read-body.ts'

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  jest.useRealTimers()
})

const never = new Promise<string>(() => {})
const within = (seconds: number) => createDeadline(seconds, 2, () => new Error('late'))
const aFewTurns = async (): Promise<string> => {
  for (let turn = 0; turn < 5; turn += 1) await null
  return 'waiting'
}
const stateOf = (promise: Promise<unknown>): Promise<unknown> =>
  Promise.race([promise.catch((error: Error) => error.message), aFewTurns()])

test('a promise that settles in time is passed on, whether it resolves or rejects', async () => {
  const withDeadline = within(2)
  expect(await withDeadline(Promise.resolve('value'))).toBe('value')
  await expect(withDeadline(Promise.reject(new Error('broken')))).rejects.toThrow('broken')
})

test('a promise that does not is rejected, each after its own time', async () => {
  const withDeadline = within(2)
  const first = withDeadline(never)
  jest.advanceTimersByTime(1500)
  const second = withDeadline(never)
  jest.advanceTimersByTime(499)
  expect(await stateOf(first)).toBe('waiting')
  jest.advanceTimersByTime(1001)
  expect(await stateOf(first)).toBe('late')
  expect(await stateOf(second)).toBe('waiting')
  jest.advanceTimersByTime(1500)
  expect(await stateOf(second)).toBe('late')
})

test('what came in time is not looked at again', async () => {
  let errors = 0
  const withDeadline = createDeadline(2, 2, () => {
    errors += 1
    return new Error('late')
  })
  await withDeadline(Promise.resolve('value'))
  await withDeadline(Promise.reject(new Error('broken'))).catch(() => {})
  const late = stateOf(withDeadline(never))
  jest.advanceTimersByTime(5000)
  await late
  expect(errors).toBe(1)
})

test('no timer runs while nothing is awaited, and one starts again when something is', async () => {
  const withDeadline = within(1)
  await withDeadline(Promise.resolve('value'))
  jest.advanceTimersByTime(10_000)
  expect(jest.getTimerCount()).toBe(0)
  const late = withDeadline(never)
  expect(jest.getTimerCount()).toBe(1)
  jest.advanceTimersByTime(2000)
  expect(await stateOf(late)).toBe('late')
})

test('of too many that are late, the oldest are given up first', async () => {
  const withDeadline = within(10)
  const [first, second] = [withDeadline(never), withDeadline(never)]
  jest.advanceTimersByTime(1000)
  const [third, fourth] = [withDeadline(never), withDeadline(never)]
  expect(await stateOf(first)).toBe('waiting')
  jest.advanceTimersByTime(1000)
  expect(await stateOf(first)).toBe('waiting')
  jest.advanceTimersByTime(1000)
  expect(await stateOf(first)).toBe('late')
  expect(await stateOf(second)).toBe('late')
  expect(await stateOf(third)).toBe('waiting')
  expect(await stateOf(fourth)).toBe('waiting')
})
