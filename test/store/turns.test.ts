import { expect, test } from 'bun:test'
import { createTurns, type Turns } from '../../src/store/turns.ts'

/** Takes a turn, and tells in `told` when it begins. Ends it if asked to. */
function takeIn(turns: Turns, told: string[]) {
  return (name: string, records: readonly string[]) => {
    const ended = Promise.withResolvers<void>()
    const whole = (async () => {
      const end = await turns.take(records)
      told.push(name)
      await ended.promise
      end?.()
    })()
    return async () => {
      ended.resolve()
      await whole
      await nextTurn()
    }
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('turns of one record come one after the other, in the order in which they were asked for', async () => {
  const turns = createTurns()
  const told: string[] = []
  const take = takeIn(turns, told)
  const [one, two, three] = ['one', 'two', 'three'].map((name) => take(name, ['a']))
  const other = take('other', ['b'])
  await nextTurn()
  expect(told).toEqual(['one', 'other'])
  await one?.()
  expect(told).toEqual(['one', 'other', 'two'])
  await two?.()
  await three?.()
  expect(told).toEqual(['one', 'other', 'two', 'three'])
  expect(turns.isTaken(['a'])).toBe(false)
  expect(turns.isTaken(['a', 'b'])).toBe(true)
  await other()
  expect(turns.isTaken(['a', 'b'])).toBe(false)
})

test('turns of several records never wait for each other', async () => {
  const turns = createTurns()
  const told: string[] = []
  const take = takeIn(turns, told)
  const ends = [
    take('ab', ['a', 'b']),
    take('ba', ['b', 'a', 'b']),
    take('cb', ['c', 'b']),
    take('ac', ['a', 'c']),
  ]
  await Promise.all(ends.map((end) => end()))
  expect(told.toSorted()).toEqual(['ab', 'ac', 'ba', 'cb'])
  expect(turns.isTaken(['a', 'b', 'c'])).toBe(false)
})

test('at most a hundred wait for a turn', async () => {
  const turns = createTurns()
  const taken = Array.from({ length: 101 }, () => turns.take(['a']))
  expect(taken).not.toContain(null)
  expect(turns.take(['a'])).toBeNull()
  expect(turns.take(['b', 'a'])).toBeNull()
  expect(turns.isTaken(['b'])).toBe(false)
  for (const turn of taken) (await turn)?.()
  ;(await turns.take(['a']))?.()
  expect(turns.isTaken(['a'])).toBe(false)
})
