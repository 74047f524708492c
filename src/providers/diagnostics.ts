/** The result of one check, worded for the operator. */
export type Finding = {
  /** `note`: it cannot be determined from here, or is for information only. */
  status: 'ok' | 'note' | 'warning' | 'failed'
  message: string
  /** How to fix it; null if there is nothing to do. */
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

/** What an operator enters at a provider so that links work. */
export type SetupInstructions = {
  /** Where to enter it. */
  title: string
  text: string
}
