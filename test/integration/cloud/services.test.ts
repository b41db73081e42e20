import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { KMSClient } from "@aws-sdk/client-kms";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import {
  CreatePlatformEndpointCommand,
  DeleteEndpointCommand,
  GetEndpointAttributesCommand,
  PublishCommand,
  SetEndpointAttributesCommand,
  SNSClient,
} from "@aws-sdk/client-sns";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { createFaults } from "../../../local/cloud/faults.ts";
import type { LocalServer } from "../../../local/cloud/http.ts";
import { createAuthorizer } from "../../../local/cloud/iam/authorizer.ts";
import { createLog } from "../../../local/cloud/log.ts";
import { keyService } from "../../../local/cloud/services/kms.ts";
import { mailService } from "../../../local/cloud/services/mail.ts";
import { createOutbox } from "../../../local/cloud/services/outbox.ts";
import { disableEndpoint, pushService } from "../../../local/cloud/services/push.ts";
import { openSecrets, secretsManager } from "../../../local/cloud/services/secrets.ts";
import { startServices } from "../../../local/cloud/services/service.ts";
import { openStateStore, type StateStore } from "../../../local/cloud/state.ts";
import type { FunctionModel } from "../../../local/cloud/template/model.ts";
import { kmsPepper } from "../../../shared/pin/kms-pepper-client.ts";

const directory = mkdtempSync(path.join(tmpdir(), "kith-services-"));
const region = "eu-west-1";
const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:000000000000:${rest}`;
const application = arn("sns", "app/GCM/kith");
const secret = {
  logicalId: "S",
  name: "kith/stripe",
  arn: arn("secretsmanager", "secret:kith/stripe-AbCdEf"),
  text: '{"apiKey":"sk"}',
};
const key = {
  logicalId: "K",
  id: "11111111-2222-3333-4444-555555555555",
  arn: arn("kms", "key/11111111-2222-3333-4444-555555555555"),
  spec: "SYMMETRIC_DEFAULT",
};
const macKey = {
  logicalId: "M",
  id: "66666666-7777-8888-9999-000000000000",
  arn: arn("kms", "key/66666666-7777-8888-9999-000000000000"),
  spec: "HMAC_256",
};
const otherMacKey = {
  logicalId: "O",
  id: "66666666-7777-8888-9999-111111111111",
  arn: arn("kms", "key/66666666-7777-8888-9999-111111111111"),
  spec: "HMAC_256",
};
const fn: FunctionModel = {
  logicalId: "Fn",
  label: "fn",
  name: "fn",
  arn: arn("lambda", "function:fn"),
  codeDirectory: "/nowhere",
  handler: "index.handler",
  memoryMb: 128,
  timeoutSeconds: 3,
  environment: {},
  roleArn: "arn:aws:iam::000000000000:role/r",
  asyncRetries: 2,
};
const Statement = [
  { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: secret.arn },
  { Effect: "Allow", Action: "ses:SendEmail", Resource: arn("ses", "identity/kith.example") },
  { Effect: "Allow", Action: "sns:*", Resource: [application, arn("sns", "endpoint/*")] },
  {
    Effect: "Allow",
    Action: ["kms:Encrypt", "kms:Decrypt"],
    Resource: "*",
  },
  { Effect: "Allow", Action: ["kms:GenerateMac", "kms:VerifyMac"], Resource: [key.arn, macKey.arn] },
];
const authorizer = createAuthorizer({
  region,
  functions: [fn],
  roles: [{ arn: fn.roleArn, name: "r", policies: [{ Statement }] }],
  tables: [],
  secrets: [secret],
  keys: [key, macKey, otherMacKey],
});
const outbox = createOutbox();
const faults = createFaults();
let state: StateStore;
let server: LocalServer;
let client: {
  region: string;
  endpoint: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  maxAttempts: number;
};

beforeAll(async () => {
  state = openStateStore(path.join(directory, "state.sqlite"));
  const secrets = openSecrets(path.join(directory, "secrets.json"));
  secrets.declare([secret]);
  server = await startServices({
    authorizer,
    log: createLog({ now: () => 0 }),
    handlers: {
      secretsmanager: secretsManager(secrets),
      ses: mailService(outbox, () => 0),
      sns: pushService({ state, outbox, faults, now: () => 0 }),
      kms: keyService([key, macKey, otherMacKey], secrets),
    },
  });
  const credentials = { accessKeyId: authorizer.accessKeyOf(fn), secretAccessKey: "local" };
  client = { region, endpoint: server.url, credentials, maxAttempts: 1 };
});
afterAll(async () => {
  await server.stop();
  state.close();
  rmSync(directory, { recursive: true, force: true });
});

describe("Secrets Manager", () => {
  it("gives a secret by its ARN, and refuses others by name", async () => {
    const secretsClient = new SecretsManagerClient(client);
    const { SecretString } = await secretsClient.send(new GetSecretValueCommand({ SecretId: secret.arn }));
    expect(SecretString).toBe('{"apiKey":"sk"}');
    const other = secretsClient.send(new GetSecretValueCommand({ SecretId: "other" }));
    await expect(other).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining("secretsmanager:GetSecretValue"),
    });
  });
});

describe("SES", () => {
  it("keeps what was sent in the outbox", async () => {
    const mail = {
      FromEmailAddress: "Kith <no-reply@kith.example>",
      Destination: { ToAddresses: ["ada@example.com"] },
      Content: { Simple: { Subject: { Data: "Hi" }, Body: { Text: { Data: "Hello" } } } },
    };
    const { MessageId } = await new SESv2Client(client).send(new SendEmailCommand(mail));
    expect(outbox.list().at(-1)).toEqual({
      id: MessageId,
      at: "1970-01-01T00:00:00.000Z",
      channel: "email",
      to: "ada@example.com",
      subject: "Hi",
      body: "Hello",
    });
    const foreign = new SESv2Client(client).send(
      new SendEmailCommand({ ...mail, FromEmailAddress: "x@other.example" }),
    );
    await expect(foreign).rejects.toMatchObject({ name: "AccessDeniedException" });
  });
});

describe("SNS push", () => {
  const register = (sns: SNSClient, Token: string, CustomUserData = "") =>
    sns.send(
      new CreatePlatformEndpointCommand({ PlatformApplicationArn: application, Token, CustomUserData }),
    );

  it("registers a device once, publishes to it, and forgets it", async () => {
    const sns = new SNSClient(client);
    const { EndpointArn } = await register(sns, "token-1");
    expect(EndpointArn).toMatch(/^arn:aws:sns:eu-west-1:000000000000:endpoint\/GCM\/kith\/\w+$/);
    expect((await register(sns, "token-1")).EndpointArn).toBe(EndpointArn);
    await sns.send(
      new PublishCommand({ TargetArn: EndpointArn, Message: '{"a":"<&>"}', MessageStructure: "json" }),
    );
    expect(outbox.list().at(-1)).toMatchObject({ channel: "push", to: EndpointArn, body: '{"a":"<&>"}' });
    await sns.send(new DeleteEndpointCommand({ EndpointArn }));
    const gone = sns.send(new PublishCommand({ TargetArn: EndpointArn, Message: "x" }));
    await expect(gone).rejects.toMatchObject({ name: "NotFoundException" });
  });

  it("answers EndpointDisabled for a dead token until the endpoint is enabled again", async () => {
    const sns = new SNSClient(client);
    const { EndpointArn = "" } = await register(sns, "token-2");
    expect(disableEndpoint(state, EndpointArn)).toBe(true);
    const publish = () => sns.send(new PublishCommand({ TargetArn: EndpointArn, Message: "x" }));
    await expect(publish()).rejects.toMatchObject({ name: "EndpointDisabledException" });
    const conflicting = register(sns, "token-2");
    await expect(conflicting).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: expect.stringContaining(EndpointArn),
    });
    const { Attributes } = await sns.send(new GetEndpointAttributesCommand({ EndpointArn }));
    expect(Attributes).toEqual({ Enabled: "false", Token: "token-2", CustomUserData: "" });
    await sns.send(
      new SetEndpointAttributesCommand({ EndpointArn, Attributes: { Enabled: "true", Token: "token-3" } }),
    );
    await publish();
    const { Attributes: changed } = await sns.send(new GetEndpointAttributesCommand({ EndpointArn }));
    expect(changed).toMatchObject({ Enabled: "true", Token: "token-3" });
  });

  it("knows no unknown endpoint to disable", () => {
    expect(disableEndpoint(state, "arn:nothing")).toBe(false);
  });
});

describe("KMS", () => {
  const call = async (operation: string, body: Record<string, unknown>) => {
    const response = await fetch(server.url, {
      method: "POST",
      headers: {
        "x-amz-target": `TrentService.${operation}`,
        authorization: `AWS4-HMAC-SHA256 Credential=${client.credentials.accessKeyId}/20260101/${region}/kms/aws4_request, Signature=0`,
      },
      body: JSON.stringify(body),
    });
    return z.record(z.string(), z.unknown()).parse(await response.json());
  };
  const base64 = (text: string) => Buffer.from(text).toString("base64");

  it("decrypts what it encrypted, for the same context only", async () => {
    const EncryptionContext = { user: "usr_1" };
    const { CiphertextBlob } = await call("Encrypt", {
      KeyId: key.id,
      Plaintext: base64("secret"),
      EncryptionContext,
    });
    expect(await call("Decrypt", { CiphertextBlob, EncryptionContext })).toMatchObject({
      Plaintext: base64("secret"),
    });
    expect(await call("Decrypt", { CiphertextBlob })).toMatchObject({ __type: "InvalidCiphertextException" });
  });

  it("makes MACs that it verifies", async () => {
    const request = { KeyId: macKey.arn, Message: base64("pin"), MacAlgorithm: "HMAC_SHA_256" };
    const { Mac } = await call("GenerateMac", request);
    expect(await call("VerifyMac", { ...request, Mac })).toMatchObject({ MacValid: true });
    expect(await call("VerifyMac", { ...request, Message: base64("pun"), Mac })).toMatchObject({
      __type: "KMSInvalidMacException",
    });
  });

  it("makes MACs with the key that is named, as the SDK asks for them", async () => {
    const pepper = kmsPepper(macKey.arn, new KMSClient(client));
    const message = Buffer.from("hash");
    const mac = await pepper.mac(message, pepper.keyId);
    expect(mac).toHaveLength(32);
    expect(await pepper.mac(message, macKey.arn)).toEqual(mac);
    await expect(pepper.mac(message, otherMacKey.arn)).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining(`kms:GenerateMac on resource: ${otherMacKey.arn}`),
    });
  });

  it("uses each key for what it is for", async () => {
    const mac = { Message: base64("pin"), MacAlgorithm: "HMAC_SHA_256" };
    const wrongUse = { __type: "InvalidKeyUsageException" };
    expect(await call("GenerateMac", { ...mac, KeyId: key.arn })).toMatchObject(wrongUse);
    expect(
      await call("GenerateMac", { ...mac, KeyId: macKey.arn, MacAlgorithm: "HMAC_SHA_512" }),
    ).toMatchObject(wrongUse);
    expect(await call("Encrypt", { KeyId: macKey.arn, Plaintext: base64("secret") })).toMatchObject(wrongUse);
    expect(await call("GenerateMac", { ...mac, KeyId: macKey.arn, Message: "" })).toMatchObject({
      __type: "ValidationException",
    });
  });
});
