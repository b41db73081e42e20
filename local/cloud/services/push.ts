// SNS mobile push: endpoints of devices, publishing to them or to a topic. Endpoints last as long as the state does.

import { createHash, randomUUID } from "node:crypto";
import type { Faults } from "../faults.ts";
import { parseObject, recordOrEmpty } from "../json.ts";
import type { StateStore } from "../state.ts";
import type { Outbox } from "./outbox.ts";
import { refused, type ServiceAnswer, type ServiceHandler } from "./service.ts";

type Endpoint = { readonly token: string; readonly userData: string; readonly enabled: boolean };

export type PushDeps = {
  readonly state: StateStore;
  readonly outbox: Outbox;
  readonly faults: Faults;
  readonly now: () => number;
};

/** Marks an endpoint as its platform would for a dead device token. Returns false for an unknown endpoint. */
export function disableEndpoint(state: StateStore, endpointArn: string): boolean {
  const endpoint = load(state, endpointArn);
  if (endpoint !== undefined) save(state, endpointArn, { ...endpoint, enabled: false });
  return endpoint !== undefined;
}

export function pushService({ state, outbox, faults, now }: PushDeps): ServiceHandler {
  const publish = (input: Record<string, unknown>): ServiceAnswer => {
    const target = String(input["TargetArn"] ?? input["TopicArn"] ?? "");
    const toDevice = target.includes(":endpoint/");
    if (toDevice) {
      const endpoint = load(state, target);
      if (endpoint === undefined) return refused("NotFound", "Endpoint does not exist", 404);
      if (!endpoint.enabled || faults.take("endpoint-disabled", { operation: "Publish" })) {
        save(state, target, { ...endpoint, enabled: false });
        return refused("EndpointDisabled", "Endpoint is disabled");
      }
    }
    const id = randomUUID();
    outbox.add({
      id,
      at: new Date(now()).toISOString(),
      channel: toDevice ? "push" : "topic",
      to: target,
      ...(typeof input["Subject"] === "string" ? { subject: input["Subject"] } : {}),
      body: String(input["Message"] ?? ""),
    });
    return { result: { MessageId: id } };
  };

  const create = (input: Record<string, unknown>): ServiceAnswer => {
    const token = String(input["Token"] ?? "");
    const application = String(input["PlatformApplicationArn"] ?? "");
    if (token === "") return refused("InvalidParameter", "Invalid parameter: Token");
    const id = createHash("sha256").update(`${application} ${token}`).digest("hex").slice(0, 32);
    const arn = `${application.replace(":app/", ":endpoint/")}/${id}`;
    const userData = String(input["CustomUserData"] ?? "");
    const earlier = load(state, arn);
    if (earlier !== undefined && (earlier.userData !== userData || !earlier.enabled)) {
      const reason = `Endpoint ${arn} already exists with the same Token, but different attributes.`;
      return refused("InvalidParameter", `Invalid parameter: Token Reason: ${reason}`);
    }
    save(state, arn, earlier ?? { token, userData, enabled: true });
    return { result: { EndpointArn: arn } };
  };

  return ({ operation, input }) => {
    const arn = String(input["EndpointArn"] ?? "");
    switch (operation) {
      case "Publish":
        return publish(input);
      case "CreatePlatformEndpoint":
        return create(input);
      case "DeleteEndpoint":
        state.set(keyOf(arn), "");
        return { result: {} };
      case "GetEndpointAttributes": {
        const endpoint = load(state, arn);
        if (endpoint === undefined) return refused("NotFound", "Endpoint does not exist", 404);
        const { token, userData, enabled } = endpoint;
        return {
          result: { Attributes: { Enabled: String(enabled), Token: token, CustomUserData: userData } },
        };
      }
      case "SetEndpointAttributes": {
        const endpoint = load(state, arn);
        if (endpoint === undefined) return refused("NotFound", "Endpoint does not exist", 404);
        const wanted = attributesIn(input);
        save(state, arn, {
          token: wanted["Token"] ?? endpoint.token,
          userData: wanted["CustomUserData"] ?? endpoint.userData,
          enabled: wanted["Enabled"] === undefined ? endpoint.enabled : wanted["Enabled"] === "true",
        });
        return { result: {} };
      }
      default:
        return refused("InvalidAction", `${operation} is not supported`);
    }
  };
}

/** `Attributes.entry.1.key` and `Attributes.entry.1.value`, as the query protocol numbers them. */
function attributesIn(input: Record<string, unknown>): Record<string, string> {
  const found: Record<string, string> = {};
  for (let index = 1; ; index += 1) {
    const key = input[`Attributes.entry.${index}.key`];
    if (typeof key !== "string") return found;
    found[key] = String(input[`Attributes.entry.${index}.value`] ?? "");
  }
}

const keyOf = (arn: string): string => `endpoint:${arn}`;

function load(state: StateStore, arn: string): Endpoint | undefined {
  const stored = recordOrEmpty(parseObject(state.get(keyOf(arn)) ?? ""));
  if (typeof stored["token"] !== "string") return undefined;
  return {
    token: stored["token"],
    userData: String(stored["userData"] ?? ""),
    enabled: stored["enabled"] === true,
  };
}

const save = (state: StateStore, arn: string, endpoint: Endpoint): void =>
  state.set(keyOf(arn), JSON.stringify(endpoint));
