/** HTML that is inserted into a page unescaped. Only `html` makes it from other texts. */
export type Html = { readonly html: string }

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
    return typeof value === 'string' ? Bun.escapeHTML(value) : value.html
  })
  return { html: String.raw({ raw: strings }, ...filled) }
}
