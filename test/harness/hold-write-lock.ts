import { Database } from 'bun:sqlite'

// Run as a process of its own: takes the write lock of a database, says so, and gives it up later.
const [, , file = '', milliseconds = '0'] = process.argv
const database = new Database(file)
database.run('BEGIN IMMEDIATE')
console.log('locked')
await Bun.sleep(Number(milliseconds))
database.run('COMMIT')
