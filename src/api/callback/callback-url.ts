import type { Config } from '../../config.ts'

export const CALLBACK_PATH = '/v1/integrations/chat/oauth/callback'

/**
 * The `redirect_uri` of every link: what is registered at the provider, sent at authorize and again
 * with the code, byte for byte. From configuration alone, never from a request's Host header.
 */
export const callbackUrl = (config: Pick<Config, 'publicUrl'>): string =>
  config.publicUrl + CALLBACK_PATH
