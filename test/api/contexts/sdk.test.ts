import { afterAll, describe, expect, test } from 'bun:test'
import { createSdk, sdkFailure } from '../../harness/sdk.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
const novu = createSdk(service)
afterAll(() => service.stop())

describe('contexts of the SDK', () => {
  test('create, retrieve, list, update, delete', async () => {
    const context = { type: 'region', id: 'eu-1', data: { name: 'Europe' } }
    expect((await novu.contexts.create(context)).result).toMatchObject(context)
    expect((await novu.contexts.retrieve('eu-1', 'region')).result).toMatchObject(context)
    expect((await novu.contexts.list({ search: 'REG' })).result.data).toMatchObject([context])
    const { result } = await novu.contexts.update({
      type: 'region',
      id: 'eu-1',
      updateContextRequestDto: { data: { name: 'EU' } },
    })
    expect(result).toMatchObject({ ...context, data: { name: 'EU' } })
    const [status, message] = await sdkFailure(novu.contexts.create(context))
    expect([status, message]).toMatchObject([
      409,
      expect.stringContaining("'region' and id 'eu-1'"),
    ])
    await novu.contexts.delete('eu-1', 'region')
    expect((await sdkFailure(novu.contexts.retrieve('eu-1', 'region')))[0]).toBe(404)
  })
})
