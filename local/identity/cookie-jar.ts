/** A browser's cookies, as far as a sign-in needs them (RFC 6265): host, path, deletion. */

/** Cookies of one pretend browser. */
export interface CookieJar {
  /** Keeps what a response from `url` set. */
  store(url: URL, setCookies: readonly string[]): void;
  /** The `Cookie` header for a request to `url`; undefined when there is none to send. */
  header(url: URL): string | undefined;
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly host: string;
  readonly path: string;
}

/** An empty jar. */
export function createCookieJar(): CookieJar {
  const cookies = new Map<string, Cookie>();
  return {
    store: (url, setCookies) => {
      for (const line of setCookies) {
        const { cookie, gone } = parseSetCookie(url, line);
        const key = `${cookie.host}\n${cookie.path}\n${cookie.name}`;
        if (gone) cookies.delete(key);
        else cookies.set(key, cookie);
      }
    },
    header: (url) => {
      const sent = [...cookies.values()].filter(
        ({ host, path }) => host === url.host && covers(path, url.pathname),
      );
      if (sent.length === 0) return undefined;
      // The longest path first, as RFC 6265 5.4 asks.
      sent.sort((a, b) => b.path.length - a.path.length);
      return sent.map(({ name, value }) => `${name}=${value}`).join("; ");
    },
  };
}

function parseSetCookie(url: URL, line: string): { cookie: Cookie; gone: boolean } {
  const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
  const [name, value] = cut(pair);
  let path = url.pathname.slice(0, Math.max(1, url.pathname.lastIndexOf("/")));
  let gone = false;
  for (const attribute of attributes) {
    const [key, setting] = cut(attribute);
    if (key.toLowerCase() === "path" && setting.startsWith("/")) path = setting;
    if (key.toLowerCase() === "max-age") gone = Number(setting) <= 0;
    if (key.toLowerCase() === "expires") gone ||= Date.parse(setting) <= Date.now();
  }
  return { cookie: { name, value, host: url.host, path }, gone };
}

function cut(text: string): [string, string] {
  const at = text.indexOf("=");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

/** Path matching of RFC 6265 5.1.4. */
function covers(cookiePath: string, requestPath: string): boolean {
  if (cookiePath === requestPath) return true;
  return requestPath.startsWith(cookiePath.endsWith("/") ? cookiePath : `${cookiePath}/`);
}
