import { expect, test } from 'bun:test'
import { APP_ONLY, IDENTITY_ONLY } from '../../../src/domain/connections/auth.ts'
import { createTokenReads } from '../../../src/domain/connections/token-reads.ts'

const HOUR_MS = 60 * 60_000
const START_MS = 1000 * HOUR_MS
const reader = { environmentId: 'e', apiKeyId: 'k', connectionIdentifier: 'c' }

test('reads are counted by the hour, and those of the current hour are taken only with all', () => {
  let nowMs = START_MS
  const reads = createTokenReads(() => nowMs)
  const note = (atMs: number): void => {
    nowMs = atMs
    reads.note(reader, 'xoxb-token')
  }
  note(START_MS)
  note(START_MS + 10)
  note(START_MS + HOUR_MS)
  expect(reads.take('over')).toMatchObject([
    { ...reader, count: 2, firstMs: START_MS, lastMs: START_MS + 10 },
  ])
  expect(reads.take('over')).toEqual([])
  expect(reads.take('all')).toMatchObject([{ count: 1, firstMs: START_MS + HOUR_MS }])
  expect(reads.take('all')).toEqual([])
})

test('counts that could not be written are added to what was read meanwhile', () => {
  let nowMs = START_MS
  const reads = createTokenReads(() => nowMs)
  reads.note(reader, 'xoxb-token')
  const taken = reads.take('all')
  nowMs += 10
  reads.note(reader, 'xoxb-token')
  reads.putBack(taken)
  expect(reads.take('all')).toMatchObject([{ count: 2, firstMs: START_MS, lastMs: START_MS + 10 }])
})

test('a placeholder in place of a token is not counted', () => {
  const reads = createTokenReads(() => START_MS)
  for (const placeholder of [IDENTITY_ONLY, APP_ONLY]) reads.note(reader, placeholder)
  expect(reads.take('all')).toEqual([])
})
