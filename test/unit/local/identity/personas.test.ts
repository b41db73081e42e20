/** The cast, people made up from a name, and what each network tells about them. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { defaultNetworks, facebook, google } from "../../../../local/identity/networks.ts";
import { defaultPersonas, personaFromName } from "../../../../local/identity/personas.ts";
import { subjectOf } from "../../../../local/identity/users.ts";

test("every persona has its own id and subject, at a network that exists", () => {
  const providers = defaultNetworks.map(({ provider }) => provider);
  expect(new Set(defaultPersonas.map(({ id }) => id)).size).toBe(defaultPersonas.length);
  expect(new Set(defaultPersonas.map(({ providerSub }) => providerSub)).size).toBe(defaultPersonas.length);
  for (const persona of defaultPersonas) {
    const network = defaultNetworks[providers.indexOf(persona.provider)];
    expect(persona.providerSub).toMatch(new RegExp(`^${network?.subjects.prefix}\\d+$`));
    expect(persona.providerSub).toHaveLength(network?.subjects.digits ?? 0);
  }
});

test("ada is one human with an account at each network, and only olivia is staff", () => {
  const [ada, twin] = ["ada", "ada-facebook"].map((id) =>
    defaultPersonas.find((persona) => persona.id === id),
  );
  expect([ada?.provider, twin?.provider]).toEqual(["Google", "Facebook"]);
  expect(twin?.email).toBe(ada?.email);
  expect(defaultPersonas.filter(({ groups }) => groups.length > 0).map(({ id }) => id)).toEqual(["olivia"]);
});

test("a name is always the same person; case and spacing do not matter, the network does", () => {
  const typed = fc.string({ unit: fc.constantFrom(..."abZé王 -'9"), minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(
      typed.filter((name) => /[\p{L}\p{N}]/u.test(name)),
      (name) => {
        const persona = personaFromName("Google", google.subjects, name);
        const same = personaFromName(
          "Google",
          google.subjects,
          `  ${name.toUpperCase().replaceAll(" ", "   ")} `,
        );
        expect(same.providerSub).toBe(persona.providerSub);
        expect(same.id).toBe(persona.id);
        expect(persona.providerSub).toMatch(/^1\d{20}$/);
        expect(persona.id).toMatch(/^[a-z0-9-]+$/);
        expect(personaFromName("Facebook", facebook.subjects, name).providerSub).toMatch(/^101\d{14}$/);
      },
    ),
  );
});

test.each(["", "   ", "---", "x".repeat(81)])("%j is no name", (typed) => {
  expect(() => personaFromName("Google", google.subjects, typed)).toThrow(RangeError);
});

test("only Google says whether an address is verified; both show a picture", () => {
  const ada = personaFromName("Google", google.subjects, "Ada");
  expect(google.profile(ada, "http://pic").attributes).toMatchObject({
    email_verified: true,
    picture: "http://pic",
  });
  expect(facebook.profile(ada, "http://pic").attributes).toMatchObject({
    email_verified: false,
    picture: "http://pic",
  });
  expect(facebook.profile(ada, "http://pic").attributes).not.toHaveProperty("locale");
});

test("a user's sub is a UUID that depends on pool, provider and id there", () => {
  const sub = subjectOf("us-east-1_KithLocal", "Google", "1");
  expect(sub).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(subjectOf("us-east-1_KithLocal", "Google", "1")).toBe(sub);
  const others = [
    subjectOf("us-east-1_Other", "Google", "1"),
    subjectOf("us-east-1_KithLocal", "Facebook", "1"),
    subjectOf("us-east-1_KithLocal", "Google", "2"),
  ];
  expect(new Set([sub, ...others]).size).toBe(4);
});
