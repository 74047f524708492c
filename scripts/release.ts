import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { version } from '../package.json' with { type: 'json' }
import { type BinaryOptions, buildBinary, currentCommit } from './binary.ts'
import { billOfMaterials } from './sbom.ts'

const ROOT = join(import.meta.dir, '..')

type Platforms = Readonly<Record<string, BinaryOptions['target']>>

/** The platforms of a release, by the file name of the executable. */
export const PLATFORMS: Platforms = {
  'latch-linux-x64': 'bun-linux-x64',
  'latch-linux-arm64': 'bun-linux-arm64',
  'latch-macos-arm64': 'bun-darwin-arm64',
}

/**
 * Builds a release's executables on one machine, with checksums and a bill of materials. Builds are
 * reproducible: the same commit gives the same bytes.
 */
export async function buildRelease(directory: string, platforms: Platforms): Promise<void> {
  await rm(directory, { recursive: true, force: true })
  await mkdir(directory, { recursive: true })
  const commit = currentCommit()
  const sources = new Set<string>()
  for (const [name, target] of Object.entries(platforms)) {
    const outfile = join(directory, name)
    for (const file of await buildBinary({ target, outfile, commit })) sources.add(file)
    console.log(`${name}: ${(Bun.file(outfile).size / 1e6).toFixed(0)} MB`)
  }
  await Bun.write(join(directory, 'latch.cdx.json'), await billOfMaterials(ROOT, [...sources]))
  await writeChecksums(directory, [...Object.keys(platforms), 'latch.cdx.json'])
  console.log(`latch ${version} (${commit}) is in ${directory}`)
}

/**
 * Installs the addons of every platform; package managers skip those of other platforms by default.
 */
export async function installAllAddons(): Promise<void> {
  const command = [process.execPath, 'install', '--frozen-lockfile', '--os=*', '--cpu=*']
  const child = Bun.spawn(command, { cwd: ROOT, stdout: 'ignore', stderr: 'inherit' })
  if ((await child.exited) !== 0) throw new Error('the addons of other platforms are missing')
}

/** Writes checksums in the format of `sha256sum --check`. */
async function writeChecksums(directory: string, names: readonly string[]): Promise<void> {
  const lines: string[] = []
  for (const name of names) {
    const hash = new Bun.CryptoHasher('sha256')
    for await (const chunk of Bun.file(join(directory, name)).stream()) hash.update(chunk)
    lines.push(`${hash.digest('hex')}  ${name}\n`)
  }
  await Bun.write(join(directory, 'SHA256SUMS'), lines.join(''))
}
