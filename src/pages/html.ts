/** HTML that is inserted into a page without escaping. Only `html` creates it from text. */
export type Html = { readonly html: string }

/**
 * Builds HTML from a template and escapes every string filled in, so that text from a provider or a
 * stranger (an error description, a workspace's name) cannot become markup.
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

export const joined = (pieces: readonly Html[]): Html => ({
  html: pieces.map((piece) => piece.html).join('\n'),
})
