import { readVersion } from '../version.ts'
import { type CommandOptions, defineCommand } from './define-command.ts'
import { withJson, withUnusedDataDir } from './options.ts'

export const versionCommand = defineCommand({
  name: 'version',
  description: 'print the version, commit, runtime and database engine',
  declare: (command) => withUnusedDataDir(withJson(command)),
  examples: ['latch version --json'],
  run: async ({ json }: CommandOptions) => {
    const facts = readVersion()
    const { version, commit, bun, libsql } = facts
    const text = `latch ${version} (${commit}, Bun ${bun}, libSQL ${libsql})`
    console.log(json ? JSON.stringify(facts) : text)
    return 0
  },
})
