import type { Settings } from '../config.ts'
import type { RotatingKeys } from '../operator/rotation.ts'
import { dataDirMasterKeys } from '../secrets/key-file.ts'
import { createKeyring } from '../secrets/keyring.ts'
import type { Random } from '../secrets/random.ts'

/** Loads the operator's secret key, or the data directory's, which is created if it is missing. */
export async function loadKeys(
  { masterKeys: given, dataDir }: Pick<Settings, 'masterKeys' | 'dataDir'>,
  random: Random,
): Promise<RotatingKeys> {
  const masterKeys = given ?? (await dataDirMasterKeys(dataDir, random.bytes))
  const previous = masterKeys.previous.map(({ key }) => key)
  const keyring = createKeyring(masterKeys.current, previous)
  return { keyring, masterKeys, isOwnFile: given === null }
}
