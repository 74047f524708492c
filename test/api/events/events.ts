import type { Deps } from '../../../src/deps.ts'
import { commit } from '../../../src/domain/commit.ts'
import { accept } from '../../../src/domain/decision.ts'
import type { TestService } from '../../harness/service.ts'

export type EventList = { data: { id: string; type: string; subject: string }[]; next: string }

export const listEvents = async (service: TestService, query: string): Promise<EventList> =>
  (await service.api('GET', `/v1/events?${query}`)).body as EventList

/** The `next` after all that has happened. */
export async function endOf(service: TestService): Promise<string> {
  for (let next = 'evt_0'; ; ) {
    const page = await listEvents(service, `limit=100&after=${next}`)
    if (page.data.length === 0) return page.next
    next = page.next
  }
}

/** Lets something happen in the first environment, and in another at the same moment. */
export async function tell({ deps }: { deps: Deps }, name: string): Promise<void> {
  const environmentId = String((await deps.store.environments.first())?.id)
  await commit(deps, { kind: 'command', id: 'test' }, () =>
    accept(null, {
      events: [
        { type: 'environment.created', environmentId, subjectId: name, data: { name } },
        { type: 'environment.created', environmentId: 'other', subjectId: name, data: { name } },
      ],
    }),
  )
}
