import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  languageOf,
  languages,
  render,
  type TemplateName,
  templates,
} from "../../../../functions/notifications/templates.ts";

const names = Object.keys(templates) as TemplateName[];
const placeholders = (text: string) => new Set(text.match(/\{\w*\}/g) ?? []);

describe("templates", () => {
  it.each(names)("%s says the same in every language, with known placeholders only", (name) => {
    const used = languages.map((language) => {
      const { title, body } = templates[name].words[language];
      return placeholders(`${title} ${body}`);
    });
    for (const found of used) {
      expect(found).toEqual(used[0]);
      for (const placeholder of found) expect(["{person}", "{amount}", "{hours}"]).toContain(placeholder);
    }
  });

  it.each(names)("%s is filled completely", (name) => {
    for (const language of languages) {
      const { title, body } = render(name, language, { person: "Ada", amount: "1.00 USD", hours: "24" });
      expect(`${title}${body}`).not.toMatch(/[{}]/);
    }
  });

  it("put a name in as it is, on one line, and never read it as a template", () => {
    fc.assert(
      fc.property(fc.string(), (person) => {
        const { title } = render("friend.requested", "en", { person });
        expect(title).toBe(`${person.replace(/\s+/g, " ").trim()} wants to be friends`);
      }),
    );
    const tricky = render("transfer.received", "en", { person: "{amount}$&", amount: "5 JPY" });
    expect(tricky.title).toBe("{amount}$& paid you 5 JPY");
  });

  it("do not go out with a value missing", () => {
    expect(() => render("transfer.received", "en", { person: "Ada" })).toThrow("amount");
    expect(() => render("pin.reset-requested", "en", {})).toThrow("hours");
  });

  it("fall back to English", () => {
    expect(["es", "es-MX", "en-GB", "fr", ""].map(languageOf)).toEqual(["es", "es", "en", "en", "en"]);
  });
});
