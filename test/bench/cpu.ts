import { dlopen, ptr } from 'bun:ffi'

const [LIBRARY, CLOCK_THREAD_CPUTIME_ID] =
  process.platform === 'darwin' ? ['libSystem.B.dylib', 16] : ['libc.so.6', 3]

const { symbols } = dlopen(LIBRARY, {
  clock_gettime: { args: ['i32', 'ptr'], returns: 'i32' },
})
const time = new BigInt64Array(2)

/**
 * The CPU time of this thread, in µs. `process.threadCpuUsage` has a resolution of 1 to 4 ms, as Linux
 * updates it only at its ticks, and the commits to be measured take less.
 */
function threadCpuMicroseconds(): number {
  if (symbols.clock_gettime(CLOCK_THREAD_CPUTIME_ID, ptr(time)) !== 0) {
    throw new Error('the CPU time of this thread cannot be read')
  }
  const [seconds = 0n, nanoseconds = 0n] = time
  return Number(seconds) * 1e6 + Number(nanoseconds) / 1e3
}

/** How much CPU time of this thread something takes, in µs. */
export async function cpuOf(work: () => unknown): Promise<number> {
  const before = threadCpuMicroseconds()
  await work()
  return threadCpuMicroseconds() - before
}
