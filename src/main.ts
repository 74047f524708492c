import { runCommand } from './commands/program.ts'

// What Elysia does for developers beside this is unsafe for others: it turns the values of a request
// into text, which one named `toString` breaks. Read when it is first imported, so set before that.
process.env['NODE_ENV'] = 'production'

// Not left to the runtime, which waits for connections that nobody closes.
void runCommand(process.argv.slice(2)).then((exitCode) => process.exit(exitCode))
