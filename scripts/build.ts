import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildBinary, currentCommit } from './binary.ts'
import { isTarget, TARGETS, type Target } from './libsql-addon.ts'

const ROOT = join(import.meta.dir, '..')

function targetFrom(name: string): Target {
  if (isTarget(name)) return name
  throw new Error(`no such target: ${name} (one of ${TARGETS.join(', ')})`)
}

const { values } = parseArgs({
  options: {
    target: { type: 'string', default: `bun-${process.platform}-${process.arch}` },
    outfile: { type: 'string', default: join(ROOT, 'dist/latch') },
    all: { type: 'boolean', default: false },
  },
})
if (values.all) {
  // Loaded lazily: it needs more than the executable's own dependencies.
  const { buildRelease, installAllAddons, PLATFORMS } = await import('./release.ts')
  await installAllAddons()
  await buildRelease(join(ROOT, 'dist/release'), PLATFORMS)
} else {
  const { outfile } = values
  const target = targetFrom(values.target)
  const commit = currentCommit()
  await buildBinary({ target, outfile, commit })
  const megabytes = (Bun.file(outfile).size / 1e6).toFixed(0)
  console.log(`${outfile}: ${target}, commit ${commit}, ${megabytes} MB`)
}
