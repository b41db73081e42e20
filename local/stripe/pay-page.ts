/** The page where a person approves or declines a payment. Plain HTML: no script, no outside resource. */
import { showAmount } from "./currencies.ts";
import type { PaymentIntent } from "./schema.ts";

/** What a payer can do on the page. */
export const payActions = [
  "pay",
  "pay-slow",
  "decline-insufficient-funds",
  "decline-generic",
  "fail-authentication",
  "cancel",
] as const;
export type PayAction = (typeof payActions)[number];

const labels: Record<PayAction, string> = {
  pay: "Pay",
  "pay-slow": "Pay, slow (processing first)",
  "decline-insufficient-funds": "Decline (insufficient funds)",
  "decline-generic": "Decline (generic)",
  "fail-authentication": "Fail authentication",
  cancel: "Cancel",
};

/** What the page says about each status. */
const messages: Record<PaymentIntent["status"], string> = {
  requires_payment_method: "Choose how this payment ends.",
  requires_confirmation: "Choose how this payment ends.",
  requires_action: "The bank asks the payer to authenticate.",
  processing: "The payment is being processed. Reload this page to see how it ends.",
  requires_capture: "The payment is authorised and waits for its capture.",
  succeeded: "The payment succeeded.",
  canceled: "The payment was cancelled.",
};

const entities: Record<string, string> = {
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
main{width:min(26rem,calc(100% - 2rem));margin:3rem 0;padding:1.5rem;border:1px solid #8886;border-radius:.75rem}
h1{font-size:1.1rem;margin:0}p{margin:.5rem 0}
.amount{font-size:2rem;font-weight:600}.note{color:#767676}.failed{color:#c62828;font-weight:600}
form{display:grid;gap:.5rem;margin-top:1rem}
button{font:inherit;padding:.7rem;border-radius:.5rem;border:1px solid #8889;cursor:pointer}
button.main{background:#3b5bdb;border-color:#3b5bdb;color:#fff}
button:focus-visible{outline:3px solid #f59f00;outline-offset:2px}`;

const document = (title: string, content: string) => `<!doctype html>
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
`;

/** Headers of every page: nothing may run, load or frame it. */
export const pageHeaders = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
};

function actionsFor(intent: PaymentIntent): PayAction[] {
  const payable = ["requires_payment_method", "requires_confirmation", "requires_action"].includes(
    intent.status,
  );
  if (!payable) return [];
  return payActions.filter(
    (action) => action !== "fail-authentication" || intent.status === "requires_action",
  );
}

function returnLink(intent: PaymentIntent): string {
  const redirect = intent.next_action?.["redirect_to_url"];
  const url =
    typeof redirect === "object" && redirect !== null ? Reflect.get(redirect, "return_url") : undefined;
  return typeof url === "string" && /^https?:/.test(url)
    ? `<p><a href="${escapeHtml(url)}">Back to the shop</a></p>`
    : "";
}

/** The page of one intent: merchant, amount, what happened so far, and what can still be done. */
export function payPage(intent: PaymentIntent, merchantName: string): string {
  const failure =
    intent.status === "requires_payment_method" ? intent.last_payment_error?.message : undefined;
  const buttons = actionsFor(intent).map((action) => {
    const look = action === "pay" ? ' class="main"' : "";
    return `<button${look} type="submit" name="action" value="${action}">${labels[action]}</button>`;
  });
  const form = `<form method="post" action="/pay/${encodeURIComponent(intent.client_secret)}">${buttons.join("\n")}</form>`;
  return document(
    `Pay ${merchantName}`,
    `<h1>${escapeHtml(merchantName)}</h1>
<p class="amount">${escapeHtml(showAmount(intent.amount, intent.currency))}</p>
${intent.description === null ? "" : `<p>${escapeHtml(intent.description)}</p>`}
<p role="status" data-status="${intent.status}">${messages[intent.status]}</p>
${failure === undefined ? "" : `<p class="failed" role="alert">The last attempt failed: ${escapeHtml(failure)}</p>`}
${buttons.length > 0 ? form : ""}
${returnLink(intent)}
<p class="note">Test mode: no money moves. Reference ${escapeHtml(intent.id)}</p>`,
  );
}

/** The page for an address that names no payment. */
export function notFoundPage(): string {
  return document("Payment not found", "<h1>Payment not found</h1>\n<p>This link names no payment.</p>");
}
