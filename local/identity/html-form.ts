/** Reads the forms and links of the pool's own pages, for a client that signs in without a browser. */

/** One form as it stands on the page. */
export interface HtmlForm {
  /** Absolute address; the page's own when the form names none. */
  readonly action: string;
  /** Named inputs with their values. */
  readonly fields: Readonly<Record<string, string>>;
  /** Named buttons: pressing one sends its name and value along. */
  readonly buttons: readonly { readonly name: string; readonly value: string }[];
}

/** The forms of a page, in order. Meant for the well-formed pages of `pages.ts`, not for any HTML. */
export function formsOf(html: string, pageUrl: string): HtmlForm[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, formTag = "", body = ""]) => {
    const inputs = [...body.matchAll(/<input\b([^>]*)>/g)].map(([, tag = ""]) => attributesOf(tag));
    const buttons = [...body.matchAll(/<button\b([^>]*)>/g)].map(([, tag = ""]) => attributesOf(tag));
    return {
      action: new URL(attributesOf(formTag).action ?? pageUrl, pageUrl).href,
      fields: Object.fromEntries(
        inputs.flatMap(({ name, value = "" }) => (name === undefined ? [] : [[name, value] as const])),
      ),
      buttons: buttons.flatMap(({ name, value = "" }) => (name === undefined ? [] : [{ name, value }])),
    };
  });
}

/** The links of the pool's login page: provider name to absolute address. */
export function providerLinksOf(html: string, pageUrl: string): ReadonlyMap<string, string> {
  const links = [...html.matchAll(/<a\b([^>]*)>/g)].map(([, tag = ""]) => attributesOf(tag));
  return new Map(
    links.flatMap(({ "data-provider": provider, href }) =>
      provider === undefined || href === undefined ? [] : [[provider, new URL(href, pageUrl).href] as const],
    ),
  );
}

function attributesOf(tag: string): Partial<Record<string, string>> {
  const pairs = [...tag.matchAll(/([\w-]+)="([^"]*)"/g)];
  return Object.fromEntries(pairs.map(([, name = "", value = ""]) => [name, unescapeHtml(value)]));
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescapeHtml(text: string): string {
  return text.replace(/&(?:#(\d+)|(\w+));/g, (whole, code: string | undefined, name: string | undefined) =>
    code === undefined ? (NAMED[name ?? ""] ?? whole) : String.fromCodePoint(Number(code)),
  );
}
