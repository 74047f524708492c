import { describe, expect, test } from 'bun:test'
import { CALLBACK_REFUSALS } from './callback-refusals.ts'
import { openDoors } from './doors.ts'

describe('the callback refuses, and nothing is stored:', () => {
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
      expect(stored()).toBe(before)
      await service.stop()
    })
  }
})
