import type { Connection } from '../../store/connections/connection-rows.ts'
import type { Settlement } from './settlement.ts'
import type { Target } from './target.ts'

/** Somebody came from another workspace than the connection's: nothing is stored of them. */
export const wrongWorkspace = (
  { provider }: Target,
  connection: Connection,
  actual: { id: string; name: string | null },
): Settlement => ({
  outcome: {
    kind: 'wrong_workspace',
    provider: provider.name,
    expected: connection.workspaceName ?? connection.workspaceId,
    actual: actual.name ?? actual.id,
  },
  writes: [],
  spent: true,
})
