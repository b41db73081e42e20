import { describe, expect, it } from "vitest";
import { type ApiError, failureOf, hasCode } from "../../../../shared/channels/wechat-pay/errors.ts";

const error = (changed: Partial<ApiError>): ApiError => ({
  ...{ status: 400, code: "PARAM_ERROR", signed: true, earlierMayCount: false },
  ...changed,
});

describe("a refusal", () => {
  it.each([
    ["PARAM_ERROR", "rejected"],
    ["INVALID_REQUEST", "rejected"],
    ["NO_AUTH", "rejected"],
    ["NOT_ENOUGH", "insufficient-funds"],
    ["ORDERNOTEXIST", "not-found"],
    ["ORDER_NOT_EXIST", "not-found"],
    ["RESOURCE_NOT_EXISTS", "not-found"],
    ["ORDERCLOSED", "wrong-state"],
    ["USER_ACCOUNT_ABNORMAL", "recipient-not-accepted"],
  ])("by %s is declined as %s", (code, reason) => {
    expect(failureOf(error({ code }), "changes")).toEqual({
      ...{ outcome: "declined", reason, code, detail: `400 ${code}` },
    });
  });

  it.each(["SYSTEM_ERROR", "BANK_ERROR", "ORDERPAID", "OUT_TRADE_NO_USED", "USERPAYING", "NEW_CODE", ""])(
    "by %j says nothing about what happened",
    (code) => {
      expect(failureOf(error({ code }), "changes")).toMatchObject({ outcome: "unknown" });
    },
  );

  it("is not believed unsigned, with a status of the server's own, or after an attempt that may count", () => {
    expect(failureOf(error({ signed: false }), "changes")).toMatchObject({ outcome: "unknown" });
    expect(failureOf(error({ status: 500 }), "changes")).toMatchObject({ outcome: "unknown" });
    expect(failureOf(error({ earlierMayCount: true }), "changes")).toMatchObject({ outcome: "unknown" });
    expect(failureOf(error({ earlierMayCount: true }), "reads")).toMatchObject({ outcome: "declined" });
  });

  it("before the request was looked at means that it was not sent, unless an earlier one was", () => {
    const limited = error({ status: 429, code: "FREQUENCY_LIMITED", signed: false, retryAfterMs: 2000 });
    expect(failureOf(limited, "changes")).toMatchObject({ outcome: "notSent", retryAfterMs: 2000 });
    expect(failureOf({ ...limited, earlierMayCount: true }, "changes")).toMatchObject({ outcome: "unknown" });
    const unauthorised = error({ status: 401, code: "SIGN_ERROR", signed: false });
    expect(failureOf(unauthorised, "changes")).toMatchObject({ outcome: "notSent" });
    const signed = error({ status: 403, code: "FREQUENCY_LIMIT_EXCEED" });
    expect(failureOf(signed, "changes")).toMatchObject({ outcome: "notSent" });
    expect(failureOf({ ...signed, signed: false }, "changes")).toMatchObject({ outcome: "unknown" });
  });

  it("does not bring the provider's words into the log", () => {
    expect(failureOf(error({ code: "name 张三" }), "changes")).toEqual({
      ...{ outcome: "unknown", detail: "400 without a code" },
    });
  });

  it("has its code in either spelling", () => {
    expect(hasCode({ code: "ORDERPAID" }, "ORDER_PAID")).toBe(true);
    expect(hasCode({ code: "ORDER_PAID" }, "ORDERPAID")).toBe(true);
    expect(hasCode({ code: "ORDER_PAID" }, "ORDER_CLOSED")).toBe(false);
  });
});
