import { runStep } from './step.ts'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

/** The path of a working Chromium: LATCH_CHROMIUM, or the first on PATH. */
export function findChromium(): string | undefined {
  for (const name of [process.env['LATCH_CHROMIUM'] ?? '', ...NAMES]) {
    const path = Bun.which(name)
    // Runs `--version`, because Ubuntu's `chromium-browser` may only print "install the snap".
    if (path !== null && Bun.spawnSync([path, '--version'], { timeout: 30_000 }).success) {
      return path
    }
  }
  return undefined
}

/** Installs Debian's Chromium if this user may; call findChromium to see whether it worked. */
export async function installChromium(): Promise<void> {
  const asRoot = rootPrefix()
  if (asRoot === undefined || Bun.which('apt-get') === null) return
  const apt = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get']
  const updated = await runStep({
    name: 'update package lists, to install Chromium',
    command: [...apt, 'update', '-q'],
  })
  if (!updated) return
  await runStep({
    name: 'install Chromium',
    command: [...apt, 'install', '-y', '-q', '--no-install-recommends', 'chromium'],
  })
}

/** The command prefix that runs a command as root; undefined when that is not possible. */
function rootPrefix(): readonly string[] | undefined {
  if (process.getuid?.() === 0) return []
  const sudo = Bun.which('sudo')
  const allowed = sudo !== null && Bun.spawnSync([sudo, '-n', 'true']).success
  return allowed ? [sudo, '-n'] : undefined
}
