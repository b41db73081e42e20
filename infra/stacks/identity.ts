/**
 * Who people are: a user pool that knows social accounts only. Nobody signs up with a password, and no address joins
 * two accounts; our own account ids are in the table.
 */
import {
  CfnOutput,
  Duration,
  RemovalPolicy,
  SecretValue,
  Stack,
  type StackProps,
  Validations,
} from "aws-cdk-lib";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import {
  AccountRecovery,
  CfnManagedLoginBranding,
  CfnUserPoolGroup,
  FeaturePlan,
  ManagedLoginVersion,
  OAuthScope,
  ProviderAttribute,
  ResourceServerScope,
  UserPool,
  UserPoolClient,
  UserPoolClientIdentityProvider,
  UserPoolDomain,
  UserPoolIdentityProviderFacebook,
  UserPoolIdentityProviderGoogle,
  UserPoolResourceServer,
} from "aws-cdk-lib/aws-cognito";
import type { Construct } from "constructs";
import type { Stage } from "../config.ts";
import { WALLET_SCOPE } from "../environment.ts";
import { physicalName } from "../functions.ts";

export type IdentityStackProps = StackProps & { readonly stage: Stage };

const clientProvider = {
  Google: UserPoolClientIdentityProvider.GOOGLE,
  Facebook: UserPoolClientIdentityProvider.FACEBOOK,
};
type ProviderName = keyof typeof clientProvider;

/**
 * A deploy-time reference to the provider's secret. The secret is imported by name and not made here: Cognito takes
 * the value when the provider is made, so a placeholder would be stored in its place and stay there.
 */
const clientSecret = (secretName: string): SecretValue =>
  SecretValue.secretsManager(secretName, { jsonField: "clientSecret" });

export class IdentityStack extends Stack {
  readonly userPool: UserPool;
  readonly client: UserPoolClient;
  /** Where apps send people to sign in, without a path. */
  readonly loginUrl: string;

  constructor(scope: Construct, id: string, { stage, ...props }: IdentityStackProps) {
    super(scope, id, props);
    this.userPool = this.createPool(stage);
    new CfnUserPoolGroup(this, "OpsGroup", {
      userPoolId: this.userPool.userPoolId,
      groupName: "ops",
      description: "Staff: may call the routes of ops",
    });
    const providers = this.createProviders(stage);
    this.client = this.createClient(stage, providers);
    this.loginUrl = this.createDomain(stage);
    new CfnOutput(this, "UserPoolId", { value: this.userPool.userPoolId });
    new CfnOutput(this, "MobileClientId", { value: this.client.userPoolClientId });
    new CfnOutput(this, "LoginUrl", { value: this.loginUrl });
  }

  private createPool({ name, settings }: Stage): UserPool {
    const pool = new UserPool(this, "Pool", {
      userPoolName: physicalName(name, "people"),
      selfSignUpEnabled: false,
      signInAliases: { username: true },
      // Cannot be changed later. Ids of some providers differ by case only.
      signInCaseSensitive: true,
      // Managed login and refresh token rotation need it: 0.015 USD per person active in a month beyond the first
      // 10,000. Plus adds threat protection, which does not cover social sign-in.
      featurePlan: FeaturePlan.ESSENTIALS,
      // Nobody has a password; should staff make a user by hand, it is a strong one.
      passwordPolicy: {
        minLength: 16,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
      },
      // Without passwords there is nothing to recover.
      accountRecovery: AccountRecovery.NONE,
      deletionProtection: settings.deletionProtection,
      removalPolicy: settings.removal === "retain" ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    Validations.of(pool).acknowledge(
      {
        id: "AwsSolutions-COG2",
        reason:
          "Cognito does not apply MFA to people who come from a social provider, and there are no others.",
      },
      {
        id: "AwsSolutions-COG8",
        reason: "What the Plus plan adds does not cover social sign-in, and every person signs in that way.",
      },
    );
    return pool;
  }

  private createProviders({ settings }: Stage): Map<ProviderName, Construct> {
    const made = new Map<ProviderName, Construct>();
    const { userPool } = this;
    const { Google: google, Facebook: facebook } = settings.identityProviders;
    if (google) {
      const provider = new UserPoolIdentityProviderGoogle(this, "Google", {
        userPool,
        clientId: google.clientId,
        clientSecretValue: clientSecret(google.secretName),
        scopes: ["openid", "email", "profile"],
        attributeMapping: {
          email: ProviderAttribute.GOOGLE_EMAIL,
          emailVerified: ProviderAttribute.GOOGLE_EMAIL_VERIFIED,
          fullname: ProviderAttribute.GOOGLE_NAME,
          profilePicture: ProviderAttribute.GOOGLE_PICTURE,
        },
      });
      made.set("Google", provider);
    }
    if (facebook) {
      const provider = new UserPoolIdentityProviderFacebook(this, "Facebook", {
        userPool,
        clientId: facebook.clientId,
        // Still a deploy-time reference in the template: this construct only takes a string.
        clientSecret: clientSecret(facebook.secretName).unsafeUnwrap(),
        apiVersion: "v23.0",
        scopes: ["email", "public_profile"],
        attributeMapping: {
          // Facebook does not say whether it verified the address, so it stays unverified here.
          email: ProviderAttribute.FACEBOOK_EMAIL,
          fullname: ProviderAttribute.FACEBOOK_NAME,
          // Its picture is an object and not an address, so it is not mapped.
        },
      });
      made.set("Facebook", provider);
    }
    return made;
  }

  private createClient(
    { name, settings }: Stage,
    providers: ReadonlyMap<ProviderName, Construct>,
  ): UserPoolClient {
    const scope = new ResourceServerScope({
      scopeName: WALLET_SCOPE.name,
      scopeDescription: "Use the wallet",
    });
    const server = new UserPoolResourceServer(this, "ResourceServer", {
      userPool: this.userPool,
      identifier: WALLET_SCOPE.server,
      scopes: [scope],
    });
    const client = new UserPoolClient(this, "MobileClient", {
      userPool: this.userPool,
      userPoolClientName: physicalName(name, "mobile"),
      generateSecret: false,
      // An empty list is left out of the template and then means Cognito's default, which holds REFRESH_TOKEN_AUTH and
      // clashes with rotation. Custom challenges need a trigger that does not exist, so this one opens no door.
      authFlows: { custom: true },
      oAuth: {
        flows: { authorizationCodeGrant: true, implicitCodeGrant: false, clientCredentials: false },
        // Never the user pool's own admin scope: with it a person's token could change mapped attributes.
        scopes: [
          OAuthScope.OPENID,
          OAuthScope.EMAIL,
          OAuthScope.PROFILE,
          OAuthScope.resourceServer(server, scope),
        ],
        callbackUrls: settings.login.callbackUrls,
        logoutUrls: settings.login.logoutUrls,
      },
      supportedIdentityProviders: [...providers.keys()].map((provider) => clientProvider[provider]),
      accessTokenValidity: Duration.minutes(15),
      idTokenValidity: Duration.minutes(15),
      refreshTokenValidity: Duration.days(30),
      // Phones lose replies: the old token still works once more within this time.
      refreshTokenRotationGracePeriod: Duration.seconds(30),
      enableTokenRevocation: true,
      preventUserExistenceErrors: true,
    });
    // Cognito refuses a client that names a provider it does not know yet.
    for (const provider of providers.values()) client.node.addDependency(provider);
    return client;
  }

  private createDomain({ settings }: Stage): string {
    const { domain } = settings.login;
    const own = "prefix" in domain ? undefined : domain;
    const made = new UserPoolDomain(this, "Domain", {
      userPool: this.userPool,
      managedLoginVersion: ManagedLoginVersion.NEWER_MANAGED_LOGIN,
      ...("prefix" in domain && { cognitoDomain: { domainPrefix: domain.prefix } }),
      ...(own && {
        customDomain: {
          domainName: own.name,
          certificate: Certificate.fromCertificateArn(this, "LoginCertificate", own.certificateArn),
        },
      }),
    });
    // Without a branding of its own a client's managed login page is an error page.
    const branding = new CfnManagedLoginBranding(this, "Branding", {
      userPoolId: this.userPool.userPoolId,
      clientId: this.client.userPoolClientId,
      useCognitoProvidedValues: true,
    });
    branding.node.addDependency(made);
    return own ? `https://${own.name}` : made.baseUrl();
  }
}
