import { afterEach, beforeEach, expect, jest, test } from 'bun:test'
import { later } from '../src/background.ts'

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  jest.useRealTimers()
})

const countedWork = () => {
  const counts = { started: 0, stopped: 0 }
  const start = () => {
    counts.started += 1
    const stop = async (): Promise<void> => {
      counts.stopped += 1
    }
    return [{ stop }, { stop }]
  }
  return { counts, start }
}

test('delayed work is stopped completely once it has started', async () => {
  const { counts, start } = countedWork()
  const work = later(1000, start)
  jest.advanceTimersByTime(999)
  expect(counts).toEqual({ started: 0, stopped: 0 })
  jest.advanceTimersByTime(1)
  expect(counts).toEqual({ started: 1, stopped: 0 })
  await work.stop()
  expect(counts).toEqual({ started: 1, stopped: 2 })
})

test('delayed work that is stopped before it starts never starts', async () => {
  const { counts, start } = countedWork()
  const work = later(1000, start)
  await work.stop()
  jest.advanceTimersByTime(2000)
  expect(counts).toEqual({ started: 0, stopped: 0 })
})
