import { createHmac, pbkdf2Sync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { macOf, newPinMac } from "../../../../shared/pin/derive.ts";
import { PIN_ALGORITHM, PIN_ITERATIONS } from "../../../../shared/pin/pin.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { secret } from "../../../../shared/platform/redacted.ts";
import { FEW_ITERATIONS, testPepper } from "../../../builders/pepper.ts";
import { seededRandom } from "../../../builders/world.ts";

const [ada, bob] = [derivedId("account", "ada"), derivedId("account", "bob")];
const pepper = testPepper();
const random = seededRandom(1);
const parameters = {
  algorithm: PIN_ALGORITHM,
  iterations: FEW_ITERATIONS,
  pepperKeyId: pepper.keyId,
} as const;

describe("what is kept of a PIN", () => {
  it("is a MAC, under the pepper, of the account and of 600,000 rounds of PBKDF2-HMAC-SHA256", async () => {
    expect(PIN_ITERATIONS).toBe(600_000);
    const kept = await newPinMac({ pepper, random }, ada, secret("482913"), {
      ...parameters,
      iterations: PIN_ITERATIONS,
    });
    const salt = Buffer.from(kept.salt, "base64");
    expect(salt).toHaveLength(16);
    const hash = pbkdf2Sync("482913", salt, 600_000, 32, "sha256");
    const mac = createHmac("sha256", pepper.keyId).update(`kith/pin/${ada}/`).update(hash).digest("base64");
    expect(kept).toEqual({ ...parameters, iterations: 600_000, salt: kept.salt, mac });
  });

  it("is another each time, as its salt is", async () => {
    const made = await Promise.all(
      [1, 2].map(() => newPinMac({ pepper, random }, ada, secret("482913"), parameters)),
    );
    expect(new Set(made.map(({ salt }) => salt)).size).toBe(2);
    expect(new Set(made.map(({ mac }) => mac)).size).toBe(2);
  });

  it("is met by the same PIN of the same account under the same key only", async () => {
    const kept = await newPinMac({ pepper, random }, ada, secret("482913"), parameters);
    expect(await macOf(pepper, ada, secret("482913"), kept)).toBe(kept.mac);
    expect(await macOf(pepper, ada, secret("482914"), kept)).not.toBe(kept.mac);
    expect(await macOf(pepper, bob, secret("482913"), kept)).not.toBe(kept.mac);
    const others = [{ pepperKeyId: "other" }, { iterations: FEW_ITERATIONS + 1 }];
    for (const other of others)
      expect(await macOf(pepper, ada, secret("482913"), { ...kept, ...other })).not.toBe(kept.mac);
  });
});
