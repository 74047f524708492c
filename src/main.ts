import { runCommand } from './commands/program.ts'

// Outside production, Elysia converts request values to text in its error messages, which a property
// named `toString` breaks. It reads this when it is first imported, so it is set before that.
process.env['NODE_ENV'] = 'production'

// Exit explicitly: the runtime would wait for open connections.
void runCommand(process.argv.slice(2)).then((exitCode) => process.exit(exitCode))
