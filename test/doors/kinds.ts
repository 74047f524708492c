/** What a rule comes to that refuses nothing. */
export const OUTCOMES = [
  'accepted',
  'ticket',
  'app',
  'auth',
  'code',
  'connected',
  'consent',
  'contexts',
  'destination',
  'environment',
  'found',
  'identified',
  'installation',
  'integration',
  'json',
  'link',
  // The account that a page names, and what a page finds of an attempt.
  'named',
  'unnamed',
  'waiting',
  'undoable',
  'unlinkable',
  'confirmation_required',
  'linkable',
  'linked',
  'links',
  // A held answer that the key cannot decrypt, in the export of a person's data.
  'unreadable',
  // A search that finds no link.
  'nothing',
  'not_yet',
  'one_subscriber',
  'opened',
  'person',
  'provider',
  'reachable',
  'settled',
  'sign_in',
  'speaker',
  'subscriber_ready',
  'token',
  'token_revoked',
  'user',
  'valid',
  'webhook',
  // Who does something, not what comes of it.
  'api_key',
  'job',
  // What work that is due comes to. It takes no input; its tests are beside those of jobs, and what
  // `verify` answers of it in those of connections.
  'again',
  'changed',
  'done',
  'gave_up',
  'in_progress',
  'lease_lost',
  'not_consented',
  'not_pending',
  'not_rotating',
  'proven',
  'refreshed',
  'refused',
  'replaced',
  'unavailable',
  'unchanged',
] as const

/** Refusals that need more than one door, and the test that has them, by words of it. */
export const ELSEWHERE: Readonly<Record<string, { file: string; says: string }>> = {
  // What a provider says at the callback.
  code_refused: { file: 'api/links/callback-link.test.ts', says: 'invalid_code' },
  failed: { file: 'api/links/callback-link.test.ts', says: 'invalid_code' },
  wrong_workspace: { file: 'api/links/callback-link.test.ts', says: 'in another workspace than' },
  other_workspace: {
    file: 'api/links/callback-install.test.ts',
    says: 'in another workspace than',
  },
  provider_unavailable: {
    file: 'domain/links/complete-link.test.ts',
    says: 'provider_unavailable',
  },
  interrupted: { file: 'api/links/callback-link.test.ts', says: 'interrupted' },
  already_used: { file: 'api/links/callback-attempts.test.ts', says: 'already_used' },
  linked_as_another_user: {
    file: 'api/links/callback-link.test.ts',
    says: 'as another one, it changes nothing',
  },
  declined: { file: 'api/links/confirm.test.ts', says: 'declined' },
  confirmation_expired: { file: 'api/links/confirm.test.ts', says: 'confirmation_expired' },
  form_forged: { file: 'api/links/confirm-refused.test.ts', says: 'form_forged' },
  undone: { file: 'api/links/undo.test.ts', says: 'undone' },
  unlinked_other: { file: 'api/links/unlink-other.test.ts', says: 'unlinked_by_user' },
  not_unlinkable: { file: 'api/links/unlink-other.test.ts', says: 'cannot be unlinked here' },
  not_undoable: { file: 'api/links/undo.test.ts', says: 'cannot be undone here' },
  too_many_attempts: { file: 'api/links/callback-attempts.test.ts', says: 'too_many_attempts' },
  attempt_over: { file: 'api/links/callback-attempts.test.ts', says: 'attempt_over' },
  still_running: { file: 'api/links/callback-link.test.ts', says: 'still_running' },
  consent_missing: {
    file: 'api/links/callback-teams-consent.test.ts',
    says: 'that was not given makes none',
  },
  admin_not_proven: {
    file: 'api/links/callback-consent-attacks.test.ts',
    says: 'admin_not_proven',
  },
  occupied: {
    file: 'api/links/callback-consent-unproven.test.ts',
    says: 'Nothing was connected',
  },
  connection_not_approved: {
    file: 'api/links/callback-consent-unproven.test.ts',
    says: 'connection_not_approved',
  },
  other_workspace_approved: {
    file: 'api/connections/approve.test.ts',
    says: 'other_workspace_approved',
  },
  other_browser: {
    file: 'api/links/session.test.ts',
    says: 'goes on in no other browser',
  },
  session_required: {
    file: 'api/links/session.test.ts',
    says: 'a setting that was made stricter holds for the links before it',
  },
  ticket_ended: {
    file: 'api/links/session.test.ts',
    says: 'ends where their browser arrives',
  },
  ticket_expired: {
    file: 'api/links/session.test.ts',
    says: 'are each valid for 5 minutes',
  },
  ticket_not_found: {
    file: 'api/links/session.test.ts',
    says: 'is unknown to another environment',
  },
  other_subscriber: {
    file: 'api/links/session.test.ts',
    says: 'is refused by the app',
  },
  completion_url_missing: {
    file: 'api/links/session.test.ts',
    says: 'without a URL of the app',
  },
  token_not_revoked: { file: 'api/connections/delete.test.ts', says: 'revoke' },
  link_not_found: { file: 'api/links/get.test.ts', says: 'is unknown where its id was changed' },
  // Which needs a key with audiences, and a link that was made.
  audience_not_allowed: { file: 'api/identities/token.test.ts', says: 'audience_not_allowed' },
  // Only a database of an older version has what leads to it.
  ambiguous_identity: {
    file: 'api/identities/look-up.test.ts',
    says: 'ambiguous_identity',
  },
  // The bytes of a body, and of a line of a file.
  not_json: { file: 'http/read-body.test.ts', says: 'body_not_json' },
  not_utf8: { file: 'http/read-body.test.ts', says: 'body_not_utf8' },
  too_deep: { file: 'http/read-body.test.ts', says: 'body_too_deep' },
}

/** Refusals that no test comes to, and why. */
export const NOT_TRIED: Readonly<Record<string, string>> = {
  environment_gone: 'no door removes an environment',
  no_environment: 'a latch that runs has made one',
  provider_not_supported: 'no door takes a provider away from an integration that it has',
  connect_not_supported: 'each provider that there is connects workspaces',
}
