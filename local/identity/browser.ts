/** Walks a sign-in as a browser would: follows redirects with cookies and fills in the pages on the way. */

import { createCookieJar } from "./cookie-jar.ts";
import { formsOf, providerLinksOf } from "./html-form.ts";

/** Who to be on the network's page: a ready persona by id, somebody new by name, or nobody. */
export type PersonaChoice = string | { readonly name: string } | { readonly cancel: true };

/** The sign-in could not be finished, or the app was sent back with an error. */
export class SignInError extends Error {
  /** The OAuth error code, where there is one: `access_denied`, `invalid_grant`, `redirect_mismatch` … */
  readonly error: string | undefined;
  readonly status: number | undefined;

  constructor(message: string, details: { error?: string | undefined; status?: number | undefined } = {}) {
    super(message);
    this.name = "SignInError";
    this.error = details.error;
    this.status = details.status;
  }
}

/** A walk from the start of a sign-in to the app's callback. */
export interface WalkOptions {
  readonly startUrl: string;
  /** Where to stop: the app's callback address. It is not requested. */
  readonly redirectUri: string;
  readonly persona: PersonaChoice;
  /** Which link to take if the pool's login page is shown. */
  readonly provider: string;
  readonly fetch: typeof fetch;
  /** Moves an address elsewhere before it is requested, for hosts that only exist in AWS. */
  readonly reroute?: ((url: URL) => URL) | undefined;
}

/** A sign-in needs about seven hops; more than this is a loop. */
const MAX_HOPS = 20;

/** Follows the sign-in and answers the callback address with its query. Throws `SignInError` when it gets stuck. */
export async function walkSignIn(options: WalkOptions): Promise<URL> {
  const jar = createCookieJar();
  let step: Step = { url: options.startUrl };
  for (let hop = 0; hop < MAX_HOPS; hop += 1) {
    const url = options.reroute === undefined ? new URL(step.url) : options.reroute(new URL(step.url));
    const cookie = jar.header(url);
    const response = await options.fetch(url, {
      redirect: "manual",
      headers: { accept: "text/html", ...(cookie === undefined ? {} : { cookie }) },
      ...(step.form === undefined ? {} : { method: "POST", body: step.form }),
    });
    jar.store(url, response.headers.getSetCookie());
    const location = response.headers.get("location");
    if (response.status >= 300 && response.status < 400 && location !== null) {
      if (arrivesAt(options.redirectUri, location)) return new URL(location);
      step = { url: new URL(location, url).href };
      await response.body?.cancel();
      continue;
    }
    step = nextStep(await response.text(), url, response.status, options);
  }
  throw new SignInError(
    `The sign-in went round in circles: more than ${MAX_HOPS} hops, the last to ${step.url}.`,
  );
}

interface Step {
  readonly url: string;
  readonly form?: URLSearchParams;
}

function nextStep(html: string, url: URL, status: number, { persona, provider }: WalkOptions): Step {
  if (status !== 200) {
    const code = /Code: (\w+)/.exec(html)?.[1];
    const said = code ?? html.slice(0, 300);
    throw new SignInError(`${url.origin}${url.pathname} answered ${status}: ${said}`, {
      error: code,
      status,
    });
  }
  const link = providerLinksOf(html, url.href).get(provider);
  if (link !== undefined) return { url: link };
  for (const { action, fields, buttons } of formsOf(html, url.href)) {
    if (typeof persona === "object" && "name" in persona) {
      if (fields.name !== undefined) return submit(action, { ...fields, name: persona.name });
      continue;
    }
    const [name, value] = typeof persona === "string" ? ["persona", persona] : ["cancel", "yes"];
    const pressed = buttons.find((button) => button.name === name && button.value === value);
    if (pressed !== undefined) return submit(action, { ...fields, [pressed.name]: pressed.value });
  }
  const wanted = typeof persona === "string" ? `persona "${persona}"` : "what was asked for";
  throw new SignInError(
    `The page ${url.origin}${url.pathname} does not offer ${wanted} (provider ${provider}).`,
  );
}

function submit(action: string, fields: Readonly<Record<string, string>>): Step {
  return { url: action, form: new URLSearchParams(fields) };
}

/** Whether an address is the callback with its answer, which stands in the query, or in the fragment. */
function arrivesAt(redirectUri: string, location: string): boolean {
  // A custom scheme without a path comes back with one: `app://host` as `app://host/`.
  return ["", "?", "&", "#", "/?"].some((mark) =>
    mark === "" ? location === redirectUri : location.startsWith(redirectUri + mark),
  );
}
