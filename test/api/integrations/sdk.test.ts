import { afterAll, describe, expect, test } from 'bun:test'
import { createSdk } from '../../harness/sdk.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
const novu = createSdk(service)
afterAll(() => service.stop())

describe('integrations of the SDK', () => {
  test('create, list, listActive, update, delete', async () => {
    const { result } = await novu.integrations.create({
      providerId: 'slack',
      channel: 'chat',
      name: 'Crud',
      credentials: { clientId: '1000000000009.8', secretKey: 'sealed' },
    })
    expect(result).toMatchObject({ name: 'Crud', active: false, deleted: false, primary: false })
    expect(result.identifier).toMatch(/^crud-\w+$/)
    expect(result.credentials).toBeUndefined()
    const id = String(result.id)
    const list = await novu.integrations.list()
    expect(list.result.map(({ identifier }) => identifier)).toContain(result.identifier)
    expect(JSON.stringify(list.result)).not.toContain('sealed')
    const active = await novu.integrations.listActive()
    expect(active.result.map(({ identifier }) => identifier).sort()).toEqual(['msteams', 'slack'])

    const updated = await novu.integrations.update({ active: true, identifier: 'crud' }, id)
    expect(updated.result).toMatchObject({ active: true, identifier: 'crud', name: 'Crud' })
    const left = await novu.integrations.delete(id)
    expect(left.result.map(({ identifier }) => identifier)).not.toContain('crud')
  })
})
