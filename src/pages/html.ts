/** A piece of HTML that may stand in a page as it is. Only `html` makes one. */
export type Html = { readonly html: string }

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? character)

/**
 * HTML from a template, in which every text that is filled in is escaped: what a provider or a
 * stranger wrote (an error description, a workspace's name) stays text.
 */
export function html(
  strings: TemplateStringsArray,
  ...values: readonly (string | Html | null)[]
): Html {
  const filled = values.map((value) => {
    if (value === null) return ''
    return typeof value === 'string' ? escapeHtml(value) : value.html
  })
  return { html: String.raw({ raw: strings }, ...filled) }
}
