import { expect, test } from 'bun:test'
import { createNextTurn } from '../../src/http/overload.ts'

const immediate = () => new Promise((resolve) => setImmediate(resolve))

test('who asks in the same turn of the event loop goes on in the same next one', async () => {
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
