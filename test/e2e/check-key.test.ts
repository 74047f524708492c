import { expect, test } from 'bun:test'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { latchBinary } from '../harness/binary.ts'
import { run } from '../harness/process.ts'
import { startService } from '../harness/service.ts'
import { tempDir } from '../harness/temp-dir.ts'

const binary = await latchBinary()

test('latch check-key decrypts everything, and lists what cannot be decrypted', async () => {
  const service = await startService()
  await service.stop()
  const { dataDir } = service
  const check = () =>
    run([binary, 'check-key', '--json', '--data-dir', dataDir], { cwd: tempDir() })
  const good = await check()
  expect([good.exitCode, JSON.parse(good.stdout)]).toEqual([0, { checked: 4, dead: [] }])
  const client = createClient({ url: `file:${join(dataDir, 'latch.db')}` })
  await client.execute(
    "update integrations set credentials_sealed = (select credentials_sealed from integrations where identifier = 'slack') where identifier = 'msteams'",
  )
  client.close()
  const bad = await check()
  expect([bad.exitCode, JSON.parse(bad.stdout)]).toMatchObject([
    1,
    { checked: 4, dead: [{ table: 'integrations', column: 'credentials' }] },
  ])
  rmSync(dataDir, { recursive: true })
})
