/** The pages: escaped, usable without a mouse, nothing from elsewhere, readable by our own client. */

import { describe, expect, test } from "vitest";
import { createCookieJar } from "../../../../local/identity/cookie-jar.ts";
import { formsOf, providerLinksOf } from "../../../../local/identity/html-form.ts";
import { defaultNetworks, google } from "../../../../local/identity/networks.ts";
import { avatarSvg, errorPage, personaPage, providerPage } from "../../../../local/identity/pages.ts";
import { defaultPersonas } from "../../../../local/identity/personas.ts";

const NASTY = `"><script>alert('x')</script>&amp;`;

const pages = {
  persona: personaPage({
    network: google,
    personas: [...defaultPersonas, { ...(defaultPersonas[0] ?? fail()), id: "x", name: NASTY, email: NASTY }],
    carried: {
      client_id: "local-google",
      redirect_uri: "http://127.0.0.1:1/oauth2/idpresponse",
      state: NASTY,
    },
    problem: NASTY,
  }),
  provider: providerPage(
    defaultNetworks.map((network) => ({ network, href: `http://127.0.0.1:1/?a=1&b=${NASTY}` })),
  ),
  error: errorPage(NASTY, NASTY),
};

function fail(): never {
  throw new Error("there are no personas");
}

describe.each(Object.entries(pages))("the %s page", (_name, html) => {
  test("escapes what it shows", () => {
    expect(html).not.toContain("<script");
    expect(html).not.toContain('""');
  });

  test("loads nothing and runs nothing", () => {
    expect(html).not.toMatch(/<(?:script|link|img|iframe|object)\b|@import|url\(|\son\w+=/i);
  });

  test("has a language, a title, a viewport, one main heading in one main part", () => {
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(html).toMatch(/<title>[^<]+<\/title>/);
    expect(html).toContain('name="viewport"');
    expect(html.match(/<h1>/g)).toHaveLength(1);
    expect(html.match(/<main>/g)).toHaveLength(1);
  });

  test("names every field and gives each button something to read", () => {
    for (const [, id] of html.matchAll(/<input type="text" id="([^"]+)"/g)) {
      expect(html).toContain(`<label for="${id}">`);
    }
    for (const [, body = ""] of html.matchAll(/<button\b[^>]*>([\s\S]*?)<\/button>/g)) {
      const spoken = body
        .replace(/<span class="avatar" aria-hidden="true"[^>]*>[^<]*<\/span>/, "")
        .replace(/<[^>]*>/g, "");
      expect(spoken.trim()).not.toBe("");
    }
  });
});

test("our own client reads the forms back as they were meant", () => {
  const [people, somebody, cancel] = formsOf(pages.persona, "http://127.0.0.1:1/networks/google/login?x=1");
  const carried = {
    client_id: "local-google",
    redirect_uri: "http://127.0.0.1:1/oauth2/idpresponse",
    state: NASTY,
  };
  expect(people?.action).toBe("http://127.0.0.1:1/networks/google/login?x=1");
  expect(people?.fields).toEqual(carried);
  expect(people?.buttons.map(({ value }) => value)).toEqual([...defaultPersonas.map(({ id }) => id), "x"]);
  expect(somebody).toMatchObject({ fields: { ...carried, name: "" }, buttons: [] });
  expect(cancel).toMatchObject({ fields: carried, buttons: [{ name: "cancel", value: "yes" }] });
  const links = providerLinksOf(pages.provider, "http://127.0.0.1:1/login");
  expect([...links.keys()]).toEqual(["Google", "Facebook"]);
  expect(new URL(links.get("Google") ?? "").searchParams.get("a")).toBe("1");
});

test("an avatar is the first letter, escaped", () => {
  expect(avatarSvg("a", "éva")).toContain(">É</text>");
  expect(avatarSvg("a", "<x")).not.toContain("<x");
});

describe("the cookie jar", () => {
  const at = (path: string, host = "127.0.0.1:1") => new URL(`http://${host}${path}`);

  test("sends a cookie to its host and below its path, longest path first", () => {
    const jar = createCookieJar();
    jar.store(at("/login"), ["a=1; path=/; httponly", "b=2; Path=/oauth2/authorize", "c=x=y"]);
    expect(jar.header(at("/oauth2/authorize/u1"))).toBe("b=2; a=1; c=x=y");
    expect(jar.header(at("/oauth2/authorized"))).toBe("a=1; c=x=y");
    expect(jar.header(at("/", "127.0.0.1:2"))).toBeUndefined();
  });

  test("replaces, and forgets what a server takes back", () => {
    const jar = createCookieJar();
    jar.store(at("/"), ["a=1; path=/", "b=1; path=/"]);
    jar.store(at("/"), ["a=2; path=/", "b=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT"]);
    expect(jar.header(at("/"))).toBe("a=2");
    jar.store(at("/"), ["a=; path=/; max-age=0"]);
    expect(jar.header(at("/"))).toBeUndefined();
  });
});
