import { declaredRoutes } from '../src/http/declares.ts'
import { type Exempt, neverReceived, readReceived } from '../test/harness/received-answers.ts'
import { sourceRoutes } from '../test/harness/source-routes.ts'
import { removeTempDirs } from '../test/harness/temp-dir.ts'

// Lists the answers that operations declare and that no test received, and fails where there are
// some. It reads what a run of the tests noted: LATCH_TEST_RECEIVED=<file> bun test …

const CANNOT_FAIL = 'nothing that can fail comes before its answer, or it answers 503'
const EXEMPT: readonly Exempt[] = [
  { status: 408, because: 'takes 15 seconds: test/http/read-body.test.ts waits for one' },
  { operationId: 'health', status: 500, because: CANNOT_FAIL },
  { operationId: 'ready', status: 500, because: CANNOT_FAIL },
  { operationId: 'HealthController_healthCheck', status: 500, because: CANNOT_FAIL },
]

const [, , file = ''] = process.argv
const operations = declaredRoutes(await sourceRoutes())
const problems = neverReceived(operations, readReceived(file), EXEMPT)
for (const problem of problems) console.log(problem)
removeTempDirs()
process.exit(problems.length === 0 ? 0 : 1)
