/** The pages a person sees while signing in: plain HTML, inline style, nothing loaded from elsewhere, no script. */

import type { Network } from "./networks.ts";
import type { Persona } from "./personas.ts";

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f27; --soft: #5a6372; --line: #d9dde5; --card: #fff; --ground: #eef1f6; --hover: #f4f6fb; --focus: #1a56c4; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #eceff5; --soft: #a3adbd; --line: #39414f; --card: #1d222b; --ground: #12151b; --hover: #272e3a; --focus: #8ab4ff; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, "Segoe UI", sans-serif; }
main { width: 100%; max-width: 26rem; background: var(--card); border: 1px solid var(--line); border-radius: 16px; overflow: hidden; box-shadow: 0 10px 30px rgb(0 0 0 / .08); }
header { padding: 1.1rem 1.5rem; color: #fff; background: #2b3342; }
header p { margin: 0; font-size: .85rem; opacity: .92; }
h1 { margin: 0; font-size: 1.25rem; line-height: 1.3; }
section { padding: 1.1rem 1.5rem; }
section + section { border-top: 1px solid var(--line); }
h2 { margin: 0 0 .6rem; font-size: .85rem; font-weight: 600; color: var(--soft); }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: .4rem; }
button, .button { font: inherit; cursor: pointer; color: inherit; text-decoration: none; }
.choice { display: flex; align-items: center; gap: .8rem; width: 100%; padding: .55rem .7rem; text-align: left; background: none; border: 1px solid var(--line); border-radius: 12px; }
.choice:hover { background: var(--hover); }
.avatar { flex: none; display: grid; place-items: center; width: 2.5rem; height: 2.5rem; border-radius: 50%; color: #fff; font-weight: 600; }
.who { display: grid; min-width: 0; }
.who small { color: var(--soft); overflow: hidden; text-overflow: ellipsis; }
.badge { margin-left: auto; padding: .1rem .5rem; border-radius: 999px; border: 1px solid var(--line); font-size: .75rem; color: var(--soft); }
label { display: block; margin-bottom: .35rem; font-size: .85rem; font-weight: 600; color: var(--soft); }
.row { display: flex; gap: .5rem; }
input[type=text] { flex: 1; min-width: 0; padding: .55rem .7rem; font: inherit; color: inherit; background: none; border: 1px solid var(--soft); border-radius: 10px; }
.solid { padding: .55rem 1rem; border: 0; border-radius: 10px; color: #fff; background: #2b3342; }
.plain { padding: .4rem 0; border: 0; background: none; text-decoration: underline; }
.note { margin: 0; font-size: .85rem; color: var(--soft); }
.problem { margin: 0 0 .6rem; color: #b3261e; }
@media (prefers-color-scheme: dark) { .problem { color: #ffb4ab; } .solid { background: #44506a; } }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
`;

/** Makes text safe inside HTML text and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** What the chooser of a pretend network needs. */
export interface PersonaPage {
  readonly network: Network;
  readonly personas: readonly Persona[];
  /** Fields that travel with the choice: where to go back to, and the pool's state. */
  readonly carried: Readonly<Record<string, string>>;
  /** Shown above the name field when what was typed was refused. */
  readonly problem?: string | undefined;
}

/** A network's login page: who is signing in? */
export function personaPage({ network, personas, carried, problem }: PersonaPage): string {
  const name = escapeHtml(network.provider);
  // Three forms, so that Enter in the name field does not press the first person's button.
  const form = (body: string) => `<form method="post">${hiddenFields(carried)}${body}</form>`;
  const people = personas.map((persona) => `<li>${personaButton(persona)}</li>`).join("\n");
  return page(
    `Sign in with ${name}`,
    `<header style="background: ${network.colour}"><h1>Sign in with ${name}</h1>
<p>A pretend ${name} on this machine. No real account is involved.</p></header>
<section aria-labelledby="ready"><h2 id="ready">Choose a person</h2>${form(`<ul>${people}</ul>`)}</section>
<section>${form(`${problem === undefined ? "" : `<p class="problem" role="alert">${escapeHtml(problem)}</p>`}
<label for="name">Or be somebody new</label>
<div class="row"><input type="text" id="name" name="name" maxlength="80" autocomplete="off" required>
<button class="solid" style="background: ${network.colour}">Continue</button></div>`)}</section>
<section>${form('<button class="plain" name="cancel" value="yes">Cancel</button>')}</section>`,
  );
}

function personaButton(persona: Persona): string {
  const groups = persona.groups.map((group) => `<span class="badge">${escapeHtml(group)}</span>`).join("");
  return `<button class="choice" name="persona" value="${escapeHtml(persona.id)}">
<span class="avatar" aria-hidden="true" style="background: ${avatarColour(persona.id)}">${escapeHtml(initial(persona.name))}</span>
<span class="who"><span>${escapeHtml(persona.name)}</span><small>${escapeHtml(persona.email)}</small></span>${groups}</button>`;
}

/** One way in on the pool's own login page. */
export interface ProviderChoice {
  readonly network: Network;
  /** Address that starts the sign-in with it. */
  readonly href: string;
}

/** The pool's login page: which provider? */
export function providerPage(choices: readonly ProviderChoice[]): string {
  const links = choices.map(({ network, href }) => {
    const name = escapeHtml(network.provider);
    return `<li><a class="button choice" data-provider="${name}" href="${escapeHtml(href)}">
<span class="avatar" aria-hidden="true" style="background: ${network.colour}">${escapeHtml(initial(network.provider))}</span>
<span>Continue with ${name}</span></a></li>`;
  });
  return page(
    "Sign in",
    `<header><h1>Sign in</h1><p>The local stand-in for managed login.</p></header>
<section aria-labelledby="providers"><h2 id="providers">Choose how</h2><ul>${links.join("\n")}</ul></section>`,
  );
}

/** The page shown when a request cannot be sent back to any app. */
export function errorPage(error: string, description: string): string {
  return page(
    "An error was encountered with the requested page",
    `<header><h1>An error was encountered with the requested page</h1></header>
<section><p class="problem" role="alert">${escapeHtml(description)}</p><p class="note">Code: ${escapeHtml(error)}</p></section>`,
  );
}

/** An avatar as an SVG image: the first letter of `name` on a colour that belongs to `id`. */
export function avatarSvg(id: string, name: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" role="img" aria-label="${escapeHtml(name)}"><rect width="96" height="96" fill="${avatarColour(id)}"/><text x="48" y="64" font-family="sans-serif" font-size="44" font-weight="600" fill="#fff" text-anchor="middle">${escapeHtml(initial(name))}</text></svg>`;
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${STYLE}</style></head>
<body><main>
${body}
</main></body></html>
`;
}

function hiddenFields(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join("");
}

function initial(name: string): string {
  return [...name][0]?.toLocaleUpperCase("en") ?? "?";
}

/** A dark enough hue for white letters, always the same for one id. */
function avatarColour(id: string): string {
  let hash = 0;
  for (const char of id) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 360;
  return `hsl(${hash} 55% 34%)`;
}
