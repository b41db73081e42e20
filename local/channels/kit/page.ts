/** The page where a person approves or declines: plain HTML, no script, no outside resource. */
import type { WireAnswer } from "../wire.ts";
import type { PageButton, PageView } from "./protocol.ts";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character] ?? "");

const style = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0;display:grid;place-items:start center;min-height:100vh}
main{width:min(26rem,calc(100% - 2rem));margin:3rem 0;padding:1.5rem;border:1px solid #8886;border-radius:.75rem;box-sizing:border-box}
h1{font-size:1.1rem;margin:0}p{margin:.5rem 0}
.amount{font-size:2rem;font-weight:600}.note{color:#767676;font-size:.9rem;overflow-wrap:anywhere}
form{display:grid;gap:.5rem;margin-top:1rem}
button{font:inherit;padding:.7rem;border-radius:.5rem;border:1px solid #8889;background:none;color:inherit;cursor:pointer}
button.main{background:#3b5bdb;border-color:#3b5bdb;color:#fff}button.danger{border-color:#c62828;color:#c62828}
button:focus-visible,a:focus-visible{outline:3px solid #f59f00;outline-offset:2px}`;

/** Nothing may run, load or frame it. */
const headers = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
};

const document = (status: number, title: string, content: string, nextUrl?: string): WireAnswer => ({
  status,
  // Not a 303: browsers hold the redirects of a form to the page's own `form-action`.
  headers: nextUrl === undefined ? headers : { ...headers, refresh: `0;url=${nextUrl}` },
  body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`,
});

const button = ({ action, label, look }: PageButton) =>
  `<button${look === undefined ? "" : ` class="${look}"`} type="submit" name="action" value="${escapeHtml(action)}">${escapeHtml(label)}</button>`;

/** The page of one payment or payout. `path` is where its form goes; `refusal` says why a choice was not taken. */
export function payPage(
  view: PageView,
  {
    title,
    path,
    reference,
    refusal,
  }: Readonly<Record<"title" | "path" | "reference", string>> & {
    readonly refusal?: string;
  },
): WireAnswer {
  const form = `<form method="post" action="${escapeHtml(path)}">\n${view.buttons.map(button).join("\n")}\n</form>`;
  const returnUrl =
    view.returnUrl !== undefined && URL.canParse(view.returnUrl) ? new URL(view.returnUrl) : undefined;
  const back = returnUrl !== undefined && /^https?:$/.test(returnUrl.protocol) ? returnUrl.href : undefined;
  const parts = [
    `<h1>${escapeHtml(view.merchant)}</h1>`,
    `<p class="amount">${escapeHtml(view.amount)}</p>`,
    view.description === undefined ? "" : `<p>${escapeHtml(view.description)}</p>`,
    `<p role="status" data-status="${escapeHtml(view.status)}">${escapeHtml(view.message)}</p>`,
    refusal === undefined ? "" : `<p role="alert">${escapeHtml(refusal)}</p>`,
    view.buttons.length === 0 ? "" : form,
    back === undefined ? "" : `<p><a href="${escapeHtml(back)}">Back to ${escapeHtml(view.merchant)}</a></p>`,
    `<p class="note">${escapeHtml(title)}, simulated: no money moves. Reference ${escapeHtml(reference)}</p>`,
  ];
  const content = parts.filter((part) => part !== "").join("\n");
  const status = refusal === undefined ? 200 : 409;
  return document(
    status,
    `${title}: ${view.merchant}`,
    content,
    status === 200 && view.returnNow === true ? back : undefined,
  );
}

/** The page of an address that names nothing. */
export const notFoundPage = (title: string): WireAnswer =>
  document(404, title, "<h1>Not found</h1>\n<p>This link names no payment.</p>");
