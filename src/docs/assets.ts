import stylesheet from 'swagger-ui-dist/swagger-ui.css' with { type: 'file' }
import script from 'swagger-ui-dist/swagger-ui-bundle.js' with { type: 'file' }
import start from './browser/start.js' with { type: 'file' }

/** Files that a reference page loads: in the binary, so that it works where there is no network. */
export const ASSETS: ReadonlyMap<string, { file: string; type: string }> = new Map([
  ['swagger-ui.js', { file: script, type: 'text/javascript; charset=utf-8' }],
  ['swagger-ui.css', { file: stylesheet, type: 'text/css; charset=utf-8' }],
  ['start.js', { file: start, type: 'text/javascript; charset=utf-8' }],
])
