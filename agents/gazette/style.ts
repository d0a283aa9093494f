/** How the page looks, and the policy that lets a browser show it and nothing else. */
import { contentSecurityPolicy, styleElement } from "../html";

const CSS = `
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 44rem; padding: 0 1rem 2rem; color: #1a1a1a; background: #fff; font: 1.0625rem/1.6 Georgia, serif; }
header, footer, form, nav { font-family: system-ui, sans-serif; font-size: 1rem; }
header, footer { padding-block: .75rem; }
header { border-block-end: 1px solid #767676; }
footer { border-block-start: 1px solid #767676; margin-block-start: 2rem; }
header p, footer p { margin: .25rem 0; }
h1, h2 { line-height: 1.25; overflow-wrap: break-word; }
h2 { font-size: 1.125rem; margin-block: 1.5rem .25rem; }
a { color: #0b4f8a; }
:focus-visible { outline: 3px solid #0b4f8a; outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { position: static; }
.late { border-inline-start: .375rem solid #8a3b00; padding-inline-start: .75rem; font-weight: bold; }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin-block: 1rem; }
label { flex: 1 1 16rem; }
input, button { box-sizing: border-box; font: inherit; padding: .5rem .75rem; border: 1px solid #595959; border-radius: .25rem; color: inherit; background: #fff; }
label input { display: block; width: 100%; }
button { color: #fff; background: #0b4f8a; }
ul { padding-inline-start: 1.25rem; }
li { margin-block: .5rem; }
small { color: #4a4a4a; font-size: .9375rem; }
@media print { form, nav, .skip { display: none; } a { color: inherit; text-decoration: none; } body { max-width: none; } }
`;

export const STYLE = styleElement(CSS);
export const POLICY = contentSecurityPolicy(CSS, "'self'");
