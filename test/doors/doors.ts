import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { getTableColumns } from 'drizzle-orm'
import { JOB_KINDS } from '../../src/jobs/kinds.ts'
import { operatorSocketPath } from '../../src/operator/socket.ts'
import { UNPACKED } from '../../src/store/events/packed.ts'
import { events } from '../../src/store/schema/events.ts'
import { createReport, type ImportSummary } from '../../src/transfer/import-report.ts'
import { createImporter } from '../../src/transfer/importer.ts'
import { importFile, importFromNovu } from '../../src/transfer/run-import.ts'
import { readDatabase } from '../harness/read-database.ts'
import { startService, type TestService } from '../harness/service.ts'
import { tempDir } from '../harness/temp-dir.ts'

/** The doors by which somebody else's input comes into one latch. */
export type Doors = {
  service: TestService
  /** A file with a line for each of these. */
  importRecords(records: readonly unknown[]): Promise<ImportSummary>
  /** A Novu deployment, one of whose lists has these items and whose other lists are empty. */
  importItems(path: string, items: readonly unknown[]): Promise<ImportSummary>
  /** A command, as it asks the latch that runs. */
  command(action: string, input: unknown): Promise<{ status: number; message: string }>
  /** All that is in the database, but for what is noted of requests and keys. */
  stored(): string
}

export async function openDoors(environment: Record<string, string> = {}): Promise<Doors> {
  const service = await startService(environment)
  const { deps } = service
  const environmentId = String((await deps.store.environments.first())?.id)
  const importRecord = createImporter({ ...deps, environmentId })
  const folder = tempDir()
  return {
    service,
    importRecords: async (records) => {
      const file = join(folder, 'records.jsonl')
      writeFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''))
      const report = createReport(() => {})
      await importFile(file, importRecord, report)
      return report.summary()
    },
    importItems: async (path, items) => {
      const novu = {
        url: 'http://novu.test',
        apiKey: 'key',
        fetch: async (url: string) =>
          Response.json({ data: new URL(url).pathname === path ? items : [], next: null }),
      }
      const report = createReport(() => {})
      await importFromNovu(novu, folder, importRecord, report)
      return report.summary()
    },
    command: async (action, input) => {
      const unix = operatorSocketPath(service.dataDir)
      const response = await fetch(`http://latch/${action}`, {
        unix,
        method: 'POST',
        body: JSON.stringify(input),
      })
      const answer = (await response.json()) as { message?: string }
      return { status: response.status, message: String(answer.message) }
    },
    stored: () => dump(service.databaseFile),
  }
}

/**
 * When a key was last used, what is to be answered again, and that a job has signed the events, is no
 * input.
 */
const NOTED = /^(sqlite_|__drizzle|idempotency|api_key|event_checkpoints|new_events)/

/** Of the work that is due, what was asked for; how far it is, and what always recurs, is latch's own. */
const RECURRING = JOB_KINDS.filter(({ isRecurring }) => isRecurring).map(({ kind }) => `'${kind}'`)
const JOBS = `select kind, subject, revision from jobs where kind not in (${RECURRING.join()})`

/** Events are moved from one table to the other by themselves, once a minute. */
const EVENTS = Object.values(getTableColumns(events))
  .map(({ name }) => name)
  .join()
const QUERIES: Readonly<Record<string, string>> = {
  jobs: JOBS,
  events: `select ${EVENTS} from events union all select ${EVENTS} from (${UNPACKED}) order by id`,
}

function dump(file: string): string {
  return readDatabase(file, ({ tables, rows }) =>
    tables()
      .filter((name) => !NOTED.test(name))
      .map((name) => [name, QUERIES[name] ?? `select * from "${name}"`] as const)
      .map(([name, query]) => `${name}: ${JSON.stringify(rows(query))}`)
      .join('\n'),
  )
}
