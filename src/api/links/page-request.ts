import { type Static, Type } from '@sinclair/typebox'
import type { Config } from '../../config.ts'
import type { AttemptAddress } from '../../domain/links/attempt-page.ts'
import { readProofs } from '../../http/browser-cookies.ts'

/** The query of every page of an attempt. */
export const AttemptQuery = Type.Object({ state: Type.String(), attempt: Type.String() })
type Name = keyof Static<typeof AttemptQuery>

/** Reads which attempt a page is about. A missing parameter is one of no attempt. */
export function readAttempt(
  { url, headers }: Request,
  config: Pick<Config, 'publicUrl'>,
): AttemptAddress {
  const { searchParams } = new URL(url)
  const read = (name: Name): string => searchParams.get(name) ?? ''
  return {
    state: read('state'),
    attemptId: read('attempt'),
    sentProofs: readProofs(config, headers),
  }
}

/** Whether a form was sent by a page of latch. Every browser says so with a POST. */
export const isFromOwnPage = (
  { headers }: Request,
  { publicUrl }: Pick<Config, 'publicUrl'>,
): boolean => headers.get('origin') === new URL(publicUrl).origin
