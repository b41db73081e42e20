import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { tableSchema } from "../../shared/table/schema.ts";
import { synthesize } from "./templates.ts";

const prod = synthesize("prod");
const local = synthesize("local");
const TABLE = "AWS::DynamoDB::GlobalTable";

describe("the table", () => {
  it("has the schema's keys, indexes and expiry, and a stream with both images", () => {
    prod.template("data").hasResourceProperties(TABLE, {
      KeySchema: [
        { AttributeName: tableSchema.partitionKey, KeyType: "HASH" },
        { AttributeName: tableSchema.sortKey, KeyType: "RANGE" },
      ],
      BillingMode: "PAY_PER_REQUEST",
      StreamSpecification: { StreamViewType: "NEW_AND_OLD_IMAGES" },
      TimeToLiveSpecification: { AttributeName: tableSchema.ttl, Enabled: true },
      AttributeDefinitions: Match.arrayWith([{ AttributeName: "dueAt", AttributeType: "N" }]),
      GlobalSecondaryIndexes: [
        Match.objectLike({
          IndexName: "byDue",
          KeySchema: [
            { AttributeName: "duePk", KeyType: "HASH" },
            { AttributeName: "dueAt", KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "KEYS_ONLY" },
        }),
        Match.objectLike({ IndexName: "byOwner", Projection: { ProjectionType: "ALL" } }),
      ],
    });
  });

  it("is kept, protected, recoverable and under our own key in prod", () => {
    const template = prod.template("data");
    template.hasResource(TABLE, { DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" });
    template.hasResourceProperties(TABLE, {
      SSESpecification: { SSEEnabled: true, SSEType: "KMS" },
      Replicas: [
        Match.objectLike({
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          SSESpecification: { KMSMasterKeyId: Match.anyValue() },
        }),
      ],
    });
    template.hasResourceProperties("AWS::KMS::Key", { EnableKeyRotation: true });
  });

  it("is recoverable in dev too", () => {
    synthesize("dev")
      .template("data")
      .hasResourceProperties(TABLE, {
        Replicas: [
          Match.objectLike({ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }),
        ],
      });
  });

  it("goes away with the local stage, which has no key over it", () => {
    const template = local.template("data");
    template.hasResource(TABLE, { DeletionPolicy: "Delete" });
    template.hasResourceProperties(TABLE, {
      Replicas: [Match.objectLike({ DeletionProtectionEnabled: false })],
    });
    template.resourcePropertiesCountIs("AWS::KMS::Key", { EnableKeyRotation: true }, 0);
  });

  it("has its secret without a value, under our key", () => {
    const [secret, ...others] = prod.all("AWS::SecretsManager::Secret");
    expect(others).toEqual([]);
    expect(secret?.Properties).toMatchObject({ Name: "kith/prod/stripe", KmsKeyId: expect.anything() });
    expect(Object.keys(secret?.Properties ?? {})).not.toContain("SecretString");
    expect(Object.keys(secret?.Properties ?? {})).not.toContain("GenerateSecretString");
  });
});

describe("the key of PINs", () => {
  const hmac = { KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" };

  it.each([
    ["prod", prod, "Retain"],
    ["local", local, "Delete"],
  ] as const)(
    "makes MACs only, has a name, and stays as long as the data of %s",
    (stage, templates, fate) => {
      const template = templates.template("data");
      template.resourcePropertiesCountIs("AWS::KMS::Key", hmac, 1);
      template.hasResource("AWS::KMS::Key", { Properties: hmac, DeletionPolicy: fate });
      const [key] = templates
        .all("AWS::KMS::Key")
        .filter(({ Properties }) => Properties["KeySpec"] !== undefined);
      template.hasResourceProperties("AWS::KMS::Alias", {
        AliasName: `alias/kith-${stage}-pin`,
        TargetKeyId: { "Fn::GetAtt": [key?.id, "Arn"] },
      });
    },
  );
});

describe("the user pool", () => {
  it("takes nobody in by itself, tells case apart, and is protected in prod", () => {
    prod.template("identity").hasResource("AWS::Cognito::UserPool", {
      DeletionPolicy: "Retain",
      Properties: {
        AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
        UsernameConfiguration: { CaseSensitive: true },
        DeletionProtection: "ACTIVE",
        UserPoolTier: "ESSENTIALS",
        AliasAttributes: Match.absent(),
        UsernameAttributes: Match.absent(),
      },
    });
    local
      .template("identity")
      .hasResourceProperties("AWS::Cognito::UserPool", { DeletionProtection: "INACTIVE" });
  });

  it("has the group of staff", () => {
    prod.template("identity").hasResourceProperties("AWS::Cognito::UserPoolGroup", { GroupName: "ops" });
  });

  it("has the new managed login with a branding for the client", () => {
    const template = prod.template("identity");
    template.hasResourceProperties("AWS::Cognito::UserPoolDomain", { ManagedLoginVersion: 2 });
    template.hasResourceProperties("AWS::Cognito::ManagedLoginBranding", {
      UseCognitoProvidedValues: true,
      ClientId: { Ref: prod.all("AWS::Cognito::UserPoolClient")[0]?.id },
    });
  });
});

describe("the mobile client", () => {
  const [client] = prod.all("AWS::Cognito::UserPoolClient");
  const properties = client?.Properties ?? {};

  it("has no secret, and the code grant only", () => {
    expect(properties).toMatchObject({ GenerateSecret: false, AllowedOAuthFlows: ["code"] });
  });

  it("has our scope and not the user pool's admin scope", () => {
    const scopes = JSON.stringify(properties["AllowedOAuthScopes"]);
    expect(scopes).toContain("/wallet");
    expect(scopes).not.toContain("aws.cognito.signin.user.admin");
  });

  it("signs nobody in by password, and leaves refreshing to rotation", () => {
    expect(properties["ExplicitAuthFlows"]).toEqual(["ALLOW_CUSTOM_AUTH"]);
    expect(properties["RefreshTokenRotation"]).toEqual({ Feature: "ENABLED", RetryGracePeriodSeconds: 30 });
  });

  it("has access tokens of 15 minutes that can be revoked, and tells nobody who exists", () => {
    expect(properties).toMatchObject({
      AccessTokenValidity: 15,
      TokenValidityUnits: { AccessToken: "minutes" },
      EnableTokenRevocation: true,
      PreventUserExistenceErrors: "ENABLED",
    });
  });

  it("knows the social providers only, and waits for them", () => {
    expect(properties["SupportedIdentityProviders"]).toEqual(["Google", "Facebook"]);
    const providers = prod.all("AWS::Cognito::UserPoolIdentityProvider").map(({ id }) => id);
    expect(providers).toHaveLength(2);
    expect(client?.DependsOn).toEqual(expect.arrayContaining(providers));
  });

  it("comes back to this machine in local and dev, never in prod", () => {
    expect(properties["CallbackURLs"]).toEqual(["kith://auth/callback"]);
    expect(local.all("AWS::Cognito::UserPoolClient")[0]?.Properties["CallbackURLs"]).toContain(
      "http://localhost:4000/callback",
    );
  });
});

describe("the identity providers", () => {
  const details = (name: string) =>
    prod
      .all("AWS::Cognito::UserPoolIdentityProvider")
      .find(({ Properties }) => Properties["ProviderName"] === name)?.Properties;

  it.each(["Google", "Facebook"])("take the secret of %s at deploy time", (name) => {
    expect(details(name)?.["ProviderDetails"]).toMatchObject({
      client_secret: `{{resolve:secretsmanager:kith/prod/${name.toLowerCase()}:SecretString:clientSecret::}}`,
    });
  });

  it("believe Google about a verified address, and Facebook not", () => {
    expect(details("Google")?.["AttributeMapping"]).toMatchObject({ email_verified: "email_verified" });
    expect(details("Facebook")?.["AttributeMapping"]).not.toHaveProperty("email_verified");
  });
});
