import { type Html, html, joined } from './html.ts'

/** One side of a link, each part on a line of its own. */
export type Side = {
  /** Where it is: the provider, or the company's product. */
  label: string
  name: string
  /** What else tells it from others, such as the workspace or an e-mail address. */
  details: readonly string[]
}

/**
 * Shows both sides of a link. Each name is isolated (`<bdi>`), so that one in a right-to-left script, or
 * one made to look like it, does not reorder what is beside it.
 */
export const sidesList = (sides: readonly Side[]): Html => html`<dl>
${joined(sides.map(sideItem))}
</dl>`

const sideItem = ({ label, name, details }: Side): Html => html`<div>
<dt><bdi>${label}</bdi></dt>
<dd class="name"><bdi>${name}</bdi></dd>
${joined(details.map((line) => html`<dd><bdi>${line}</bdi></dd>`))}
</div>`
