/** How the page looks, light and dark, and the policy that lets a browser show it and nothing else. */
import { contentSecurityPolicy, styleElement } from "../html";

const CSS = `
:root { color-scheme: light dark; --ink: #1a1a1a; --paper: #fff; --soft: #4a4a4a; --rule: #767676; --link: #0b4f8a; --red: #a40e26; --amber: #7a4b00; --green: #176639; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececec; --paper: #16181b; --soft: #c2c2c2; --rule: #8c8c8c; --link: #8fc7ff; --red: #ff9aa2; --amber: #ffc76b; --green: #83d9a2; } }
body { margin: 0 auto; max-width: 52rem; padding: 0 1rem 2rem; color: var(--ink); background: var(--paper); font: 1rem/1.5 system-ui, sans-serif; }
h1, h2 { line-height: 1.25; overflow-wrap: break-word; }
h1 { font-size: 1.25rem; margin-block: .75rem .25rem; }
h2 { font-size: 1.125rem; margin-block: 1.75rem .5rem; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { position: static; }
.verdict { border: .1875rem solid; border-radius: .5rem; padding: .5rem 1rem; font-size: 1.5rem; font-weight: bold; margin-block: .5rem; }
.verdict small { display: block; font-size: 1rem; font-weight: normal; }
.red { color: var(--red); } .amber { color: var(--amber); } .green { color: var(--green); }
.late { border-inline-start: .375rem solid var(--red); padding-inline-start: .75rem; font-weight: bold; }
.left { visibility: hidden; max-height: 0; margin: 0; animation: left 0s linear 15s forwards; }
@keyframes left { to { visibility: visible; max-height: none; margin-block: 1rem; } }
.alerts { list-style: none; padding: 0; }
.alerts li { border-inline-start: .375rem solid var(--amber); padding-inline-start: .75rem; margin-block: 1rem; overflow-wrap: anywhere; }
.alerts li.call { border-color: var(--red); }
.alerts p { margin: .125rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; }
th, td { text-align: start; vertical-align: top; padding: .25rem .375rem .25rem 0; border-block-end: 1px solid var(--rule); overflow-wrap: break-word; }
td:first-child { min-width: 5rem; overflow-wrap: anywhere; }
small { color: var(--soft); font-size: inherit; }
svg { width: 100%; height: auto; }
svg text { fill: var(--soft); font: 14px system-ui, sans-serif; }
svg .grid { stroke: var(--rule); stroke-width: .5; }
svg .lag { stroke: var(--link); stroke-width: 2; fill: none; }
`;

export const STYLE = styleElement(CSS);
export const POLICY = contentSecurityPolicy(CSS, "'none'");
