import { readRecords } from '../../src/transfer/read-file.ts'

// Run as a process of its own, so that its memory is that of reading alone: prints what was read of
// the file that is named, and by how many bytes the process grew.
const before = process.memoryUsage().rss
let most = before
const watch = setInterval(() => {
  most = Math.max(most, process.memoryUsage().rss)
}, 5)
const lines = await Array.fromAsync(readRecords(process.argv[2] ?? ''))
clearInterval(watch)
console.log(JSON.stringify({ lines, grownBytes: most - before }))
