/** The style of every page that a user sees. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1d1c1d; --muted: #5e5d60; --card: #fff;
  --ground: #f4f4f5; --line: #e2e2e5; --good: #0a7d4f; --bad: #b42318; --on: #fff;
  --act: #0b57a4 }
@media (prefers-color-scheme: dark) { :root { --text: #f2f2f3; --muted: #b3b2b6; --card: #232326;
  --ground: #161618; --line: #3a3a3e; --good: #4cc38a; --bad: #ff8f83; --on: #161618;
  --act: #8ab8ff } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; min-height: 100dvh; display: grid; place-items: center;
  padding: 1.25rem; background: var(--ground); color: var(--text);
  font: 1.0625rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif }
.card { width: 100%; max-width: 27rem; padding: 2.25rem 1.75rem; text-align: center;
  background: var(--card); border: 1px solid var(--line); border-radius: 1rem }
.icon { width: 3.5rem; height: 3.5rem; margin: 0 auto 1.25rem; border-radius: 50%; padding: .875rem;
  color: var(--on); background: var(--good) }
[data-state=error] .icon { background: var(--bad) }
[data-state=over] .icon { background: var(--muted) }
[data-state=ask] .icon { background: var(--act) }
@media (max-width: 26rem) { .card { padding: 1.5rem 1.25rem } }
.icon svg { display: block; width: 100%; height: 100%; fill: none; stroke: currentColor;
  stroke-width: 2.5; stroke-linecap: round; stroke-linejoin: round }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25; text-wrap: balance }
p { margin: 0 0 .75rem; text-wrap: pretty; overflow-wrap: anywhere }
.hint, footer { color: var(--muted); font-size: .9375rem }
.hint { margin: 1.25rem 0 0 }
footer { margin-top: 1.25rem; padding-top: 1rem; border-top: 1px solid var(--line) }
code { font-size: .875em }
dl { margin: 1.25rem 0; text-align: left }
dl div { padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .625rem }
dl div + div { margin-top: .625rem }
dt { color: var(--muted); font-size: .9375rem }
dd { margin: 0; overflow-wrap: anywhere }
dd.name { font-weight: 600 }
form { margin: 0 }
button { min-height: 2.75rem; margin-top: 1rem; padding: 0 1.75rem; font: inherit; font-weight: 600;
  color: inherit; background: none; border: 1px solid var(--line); border-radius: .625rem; cursor: pointer }
.buttons { display: flex; gap: .75rem; margin-top: 1.25rem }
.buttons button { flex: 1; margin: 0; padding: 0 .5rem }
label { display: flex; gap: .625rem; align-items: baseline; margin: .75rem 0; text-align: left;
  overflow-wrap: anywhere }
button.main { color: var(--on); background: var(--act); border-color: var(--act) }
button { animation: .5s step-end inert }
button:disabled { opacity: .55 }
@keyframes inert { from { pointer-events: none } }
button:focus-visible { outline: 3px solid var(--act); outline-offset: 2px }
`
