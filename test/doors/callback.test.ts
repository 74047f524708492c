import { describe, expect, test } from 'bun:test'
import { CALLBACK_REFUSALS } from './callback-refusals.ts'
import { openDoors } from './doors.ts'

/** What is in the database, but for the event by which the end of a link is told. */
const withoutEvents = (stored: string): string => stored.replace(/^events: .*$/m, '')

describe('the callback refuses, and stores nothing but an event of the refusal:', () => {
  for (const { kind, status, says, arrive } of CALLBACK_REFUSALS) {
    test(kind, async () => {
      const { service, stored } = await openDoors()
      const address = await arrive(service)
      const before = stored()
      const answer = await service.open(address, { accept: 'application/json' })
      expect([answer.status, answer.body]).toEqual([
        status,
        expect.objectContaining({ message: expect.stringContaining(says) }),
      ])
      expect(withoutEvents(stored())).toBe(withoutEvents(before))
      await service.stop()
    })
  }
})
