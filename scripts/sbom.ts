import { join, relative, resolve } from 'node:path'
import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library'
import { engines, license, name, version } from '../package.json' with { type: 'json' }

/** The fields of package.json that go into a bill of materials. */
type Manifest = { name: string; version: string; license?: unknown }

/**
 * The bill of materials of the executables, as CycloneDX 1.6: the packages whose files went into
 * them (not all that are installed), and the runtime. Uses CycloneDX's own library.
 */
export async function billOfMaterials(root: string, files: readonly string[]): Promise<string> {
  const bom = new Models.Bom()
  const licenseOf = (text: string) => new Models.LicenseRepository([new Models.NamedLicense(text)])
  bom.metadata.component = new Models.Component(Enums.ComponentType.Application, name, {
    version,
    licenses: licenseOf(license),
    bomRef: `${name}@${version}`,
  })
  bom.components.add(
    new Models.Component(Enums.ComponentType.Framework, 'bun', {
      version: engines.bun,
      purl: `pkg:github/oven-sh/bun@bun-v${engines.bun}`,
      bomRef: `bun@${engines.bun}`,
      licenses: licenseOf('MIT'),
    }),
  )
  for (const directory of packagesOf(root, files)) {
    const manifest: Manifest = await Bun.file(join(root, directory, 'package.json')).json()
    const purl = `pkg:npm/${manifest.name.replace('@', '%40')}@${manifest.version}`
    bom.components.add(
      new Models.Component(Enums.ComponentType.Library, manifest.name, {
        version: manifest.version,
        purl,
        bomRef: purl,
        ...(typeof manifest.license === 'string' && { licenses: licenseOf(manifest.license) }),
      }),
    )
  }
  const factory = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6)
  const serializer = new Serialize.JsonSerializer(factory)
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`
}

/** The package directories that the files belong to; a package may be present in two versions. */
function packagesOf(root: string, files: readonly string[]): readonly string[] {
  const folders = files.flatMap((file) => {
    const path = relative(root, resolve(file))
    const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path) ?? []
    return folder === undefined ? [] : [folder]
  })
  return [...new Set(folders)].sort()
}
