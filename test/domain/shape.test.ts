import { describe, expect, test } from 'bun:test'
import { Type } from '@sinclair/typebox'
import { createShape } from '../../src/domain/shape.ts'

describe('a date and time', () => {
  const shape = createShape(Type.String({ format: 'date-time' }))
  const kindOf = (text: string): string => shape.read(text).kind

  for (const text of [
    '2026-01-02',
    '2026-01-02T03:04Z',
    '2026-01-02T03:04:05Z',
    '2026-01-02T03:04:05.006Z',
    '2026-01-02T03:04:05+01:00',
    '2026-01-02T03:04:05-09:30',
  ]) {
    test(`may be ${text}`, () => {
      expect(kindOf(text)).toBe('valid')
    })
  }

  for (const [text, why] of [
    ['2026-01-02T03:04:05', 'has no offset, so its moment depends on the machine'],
    ['2026-01-02T03:04:05+1:00', 'has an offset of one digit'],
    ['2026-13-02', 'is not on the calendar'],
    ['1767323045', 'is a Unix time'],
    ['2 January 2026', 'is not ISO 8601'],
    ['', 'is empty'],
  ] as const) {
    test(`is refused if it ${why}`, () => {
      expect(kindOf(text)).toBe('invalid')
    })
  }
})
