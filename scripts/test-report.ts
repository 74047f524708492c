/** The counts of a test run. */
export type TestCounts = {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** The counts of a JUnit report, and the test files that have results in it. */
export type TestReport = TestCounts & { readonly files: ReadonlySet<string> }

/** Reads the counts that the test runner put on the report's root element. */
export function readTestReport(xml: string): TestReport {
  const root = /<testsuites\b[^>]*>/.exec(xml)?.[0] ?? ''
  const tests = count(root, 'tests')
  const skipped = count(root, 'skipped')
  const failed = count(root, 'failures') + count(root, 'errors')
  const files = new Set<string>()
  for (const [, file] of xml.matchAll(/<testsuite\b[^>]* file="([^"]*)"/g)) {
    if (file !== undefined) files.add(file)
  }
  return { passed: tests - failed - skipped, failed, skipped, files }
}

function count(element: string, attribute: string): number {
  return Number(new RegExp(` ${attribute}="(\\d+)"`).exec(element)?.[1] ?? 0)
}
