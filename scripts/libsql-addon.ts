import type { BunPlugin } from 'bun'

/** The libsql addon package for each target. */
const ADDON_OF_TARGET = {
  'bun-linux-x64': '@libsql/linux-x64-gnu',
  'bun-linux-x64-musl': '@libsql/linux-x64-musl',
  'bun-linux-arm64': '@libsql/linux-arm64-gnu',
  'bun-linux-arm64-musl': '@libsql/linux-arm64-musl',
  'bun-darwin-x64': '@libsql/darwin-x64',
  'bun-darwin-arm64': '@libsql/darwin-arm64',
} as const

/** A platform that latch can be built for, by Bun's name for it. */
export type Target = keyof typeof ADDON_OF_TARGET

/** Every platform that latch can be built for. */
export const TARGETS: readonly string[] = Object.keys(ADDON_OF_TARGET)

/** Whether a command-line argument names a platform that latch can be built for. */
export function isTarget(name: string): name is Target {
  return Object.hasOwn(ADDON_OF_TARGET, name)
}

/**
 * The code by which libsql chooses its addon: it detects the C library by reading or running `ldd`.
 */
const CHOICE =
  /const \{ load, currentTarget \}[\s\S]*?return require\(`@libsql\/\$\{target\}`\);\n\}/g

/**
 * Puts libsql's native addon into the binary.
 *
 * libsql picks its addon by a name computed at run time, which a bundler cannot follow: the binary
 * would look for node_modules on the user's machine. The choice becomes a literal require, as the
 * build knows its target, and a build where it is not there exactly once fails rather than ship a
 * binary without a database.
 */
export function libsqlAddon(target: Target): BunPlugin {
  let rewritten = false
  return {
    name: 'libsql-addon',
    setup(build): void {
      build.onLoad({ filter: /[\\/]node_modules[\\/]libsql[\\/]index\.js$/ }, async ({ path }) => {
        const parts = (await Bun.file(path).text()).split(CHOICE)
        if (parts.length !== 2) {
          throw new Error(`${path}: expected ${CHOICE} once, found it ${parts.length - 1} times`)
        }
        rewritten = true
        return {
          contents: parts.join(
            `const requireNative = () => require("${ADDON_OF_TARGET[target]}");`,
          ),
          loader: 'js',
        }
      })
      build.onEnd(({ success }) => {
        if (success && !rewritten) {
          throw new Error('libsql/index.js was not bundled, so the binary has no database addon')
        }
      })
    },
  }
}
