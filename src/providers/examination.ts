/** One thing that was looked at, in words for the operator. */
export type Finding = {
  /** `note`: it cannot be found out from here, or is only worth knowing. */
  status: 'ok' | 'note' | 'warning' | 'failed'
  message: string
  /** What to do about it; null where there is nothing to do. */
  remedy: string | null
}

export const ok = (message: string): Finding => ({ status: 'ok', message, remedy: null })
export const failed = (message: string, remedy: string): Finding => ({
  status: 'failed',
  message,
  remedy,
})

export const warning = (message: string, remedy: string): Finding => ({
  status: 'warning',
  message,
  remedy,
})

/** What an operator enters at a provider, so that links will work. */
export type SetUp = {
  /** Where it goes. */
  title: string
  text: string
}
