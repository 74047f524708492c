import { expect, test } from 'bun:test'
import { createNextTurn, createOverload } from '../../src/http/overload.ts'

const immediate = () => new Promise((resolve) => setImmediate(resolve))

test('callers of the same turn of the event loop continue in the same next turn', async () => {
  const nextTurn = createNextTurn()
  const went: string[] = []
  const go = async (name: string): Promise<void> => {
    await nextTurn()
    went.push(name)
  }
  const [one, other] = [go('one'), go('other')]
  await Promise.resolve()
  expect(went).toEqual([])
  await immediate()
  expect(went).toEqual(['one', 'other'])
  const later = go('later')
  expect(went).toHaveLength(2)
  await Promise.all([one, other, later])
  expect(went).toEqual(['one', 'other', 'later'])
})

test('requests without a key are refused for themselves, and leave callers their places', () => {
  const overload = createOverload()
  const arrive = (): Request => {
    overload.enter()
    return new Request('http://latch/')
  }
  const opened = Array.from({ length: 256 }, arrive)
  for (const request of opened) overload.admitPublic(request)
  const oneMore = arrive()
  expect(() => overload.admitPublic(oneMore)).toThrow('Please wait some time')
  overload.leave(oneMore)

  const callers = Array.from({ length: 1024 }, arrive)
  overload.admitCaller()
  arrive()
  expect(() => overload.admitCaller()).toThrow('Please wait some time')
  for (const request of callers) overload.leave(request)
  overload.admitCaller()
  for (const request of opened) overload.leave(request)
  overload.admitPublic(oneMore)
})

test('what is waited for without being counted takes no place', async () => {
  const overload = createOverload()
  const waiting = Array.from({ length: 2000 }, () => {
    overload.enter()
    return overload.whileUncounted(new Request('http://latch/'), immediate())
  })
  overload.enter()
  overload.admitCaller()
  await Promise.all(waiting)
  expect(() => overload.admitCaller()).toThrow('Please wait some time')
})

test('a request without a key that waits leaves its place, and takes one again afterwards', async () => {
  const overload = createOverload()
  const arrive = (): Request => {
    const request = new Request('http://latch/')
    overload.enter()
    overload.admitPublic(request)
    return request
  }
  const requests = Array.from({ length: 256 }, arrive)
  const waiting = requests.map((request) => overload.whileUncounted(request, immediate()))
  const others = Array.from({ length: 256 }, arrive)
  expect(arrive).toThrow('Please wait some time')
  for (const request of others) overload.leave(request)
  await Promise.all(waiting)
  expect(arrive).toThrow('Please wait some time')
  for (const request of requests) overload.leave(request)
  arrive()
})

test('every request is refused once latch shuts down, and who listens is told', () => {
  const overload = createOverload()
  const told: string[] = []
  overload.onDrain(() => told.push('one'))
  const forget = overload.onDrain(() => told.push('other'))
  overload.refuse()
  expect(overload.isDraining()).toBe(false)
  forget()
  overload.drain()
  expect(() => overload.refuse()).toThrow(expect.objectContaining({ code: 'shutting_down' }))
  expect(overload.isDraining()).toBe(true)
  expect(told).toEqual(['one'])
})
