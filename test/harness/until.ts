/** Resolves once something is so. Throws where it is not after a time that is long for it. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  withinMs = 4000,
): Promise<void> {
  const deadlineMs = performance.now() + withinMs
  while (!(await isSo())) {
    if (performance.now() > deadlineMs) throw new Error(`not so after ${withinMs} ms`)
    await Bun.sleep(10)
  }
}
