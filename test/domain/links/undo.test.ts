import { afterAll, expect, test } from 'bun:test'
import type { Deps } from '../../../src/deps.ts'
import { findKnownLink } from '../../../src/domain/links/known-link.ts'
import { findUndoable, undoAttempt } from '../../../src/domain/links/undo.ts'
import { startService } from '../../harness/service.ts'
import { completing, responseOf } from './completing.ts'

const service = await startService()
afterAll(() => service.stop())
const { deps } = service
const { complete, nameOf } = completing(deps)

test('what another request undoes between two reads is undone', async () => {
  const response = responseOf(await service.consent(await service.link()))
  await complete(response)
  const name = await nameOf(response)
  const verified = await deps.states.verify(String(response.state), deps.clock())
  const link = await findKnownLink(deps, verified)
  if (link === null) throw new Error('of no link')
  const find: Deps['store']['endpoints']['find'] = async (...asked) => {
    await undoAttempt(deps, { kind: 'callback', id: 'other' }, link, name)
    return deps.store.endpoints.find(...asked)
  }
  const { store } = deps
  const between = { ...deps, store: { ...store, endpoints: { ...store.endpoints, find } } }
  expect(await findUndoable(between, link, name)).toMatchObject({ kind: 'undone' })
})
