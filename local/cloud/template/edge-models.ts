// What faces the outside: HTTP APIs with their routes and authorizers, and user pools.

import * as z from "zod";
import { functionOf } from "./function-models.ts";
import type {
  ApiModel,
  AuthorizerModel,
  FunctionModel,
  PoolClientModel,
  PoolModel,
  RateLimit,
  RouteModel,
} from "./model.ts";
import { count, flag, given, ofType, read, textAttribute, textList } from "./read.ts";
import type { ResolvedResource } from "./resolve.ts";

const ApiProperties = z.object({
  Name: z.string().default("api"),
  ProtocolType: z.string(),
  CorsConfiguration: z
    .object({
      AllowOrigins: textList.default([]),
      AllowMethods: textList.default([]),
      AllowHeaders: textList.default([]),
      ExposeHeaders: textList.default([]),
      AllowCredentials: flag.default(false),
      MaxAge: count.optional(),
    })
    .optional(),
});
const IntegrationProperties = z.object({
  ApiId: z.string(),
  IntegrationType: z.string(),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.string().default("1.0"),
  TimeoutInMillis: count.default(30_000),
});
const RouteProperties = z.object({
  ApiId: z.string(),
  RouteKey: z.string(),
  Target: z.string(),
  AuthorizationType: z.string().default("NONE"),
  AuthorizerId: z.string().optional(),
  AuthorizationScopes: textList.default([]),
});
const AuthorizerProperties = z.object({
  AuthorizerType: z.string(),
  IdentitySource: textList.default(["$request.header.Authorization"]),
  JwtConfiguration: z.object({ Issuer: z.string(), Audience: textList.default([]) }),
});
const Limits = z.object({
  ThrottlingRateLimit: z.coerce.number().optional(),
  ThrottlingBurstLimit: count.optional(),
});
const StageProperties = z.object({
  ApiId: z.string(),
  StageName: z.string(),
  DefaultRouteSettings: Limits.optional(),
  RouteSettings: z.record(z.string(), Limits).default({}),
});

/** HTTP APIs. Throws for WebSocket APIs, other integrations than Lambda 2.0, and other authorizers than JWT. */
export function apisOf(
  resources: readonly ResolvedResource[],
  functions: readonly FunctionModel[],
): ApiModel[] {
  return ofType(resources, "AWS::ApiGatewayV2::Api").map((resource) => {
    const api = read(resource, ApiProperties);
    if (api.ProtocolType !== "HTTP") throw new Error(`API ${resource.logicalId} is not an HTTP API`);
    const id = String(resource.ref);
    const stage = ofType(resources, "AWS::ApiGatewayV2::Stage")
      .map((candidate) => read(candidate, StageProperties))
      .find((candidate) => candidate.ApiId === id);
    if (stage === undefined) throw new Error(`API ${resource.logicalId} has no stage`);
    const cors = api.CorsConfiguration;
    return {
      logicalId: resource.logicalId,
      id,
      name: api.Name,
      stage: stage.StageName,
      routes: routesOf(id, resources, functions, stage),
      ...given(
        "cors",
        cors && {
          origins: cors.AllowOrigins,
          methods: cors.AllowMethods,
          headers: cors.AllowHeaders,
          exposed: cors.ExposeHeaders,
          credentials: cors.AllowCredentials,
          ...given("maxAgeSeconds", cors.MaxAge),
        },
      ),
    };
  });
}

function routesOf(
  apiId: string,
  resources: readonly ResolvedResource[],
  functions: readonly FunctionModel[],
  stage: z.output<typeof StageProperties>,
): RouteModel[] {
  const integrations = byRef(resources, "AWS::ApiGatewayV2::Integration");
  const authorizers = byRef(resources, "AWS::ApiGatewayV2::Authorizer");
  return ofType(resources, "AWS::ApiGatewayV2::Route").flatMap((resource) => {
    const route = read(resource, RouteProperties);
    if (route.ApiId !== apiId) return [];
    const integration = integrations.get(route.Target.replace("integrations/", ""));
    if (integration === undefined) throw new Error(`Route ${route.RouteKey} has no integration`);
    const target = read(integration, IntegrationProperties);
    if (target.IntegrationType !== "AWS_PROXY" || target.PayloadFormatVersion !== "2.0") {
      throw new Error(
        `Integration ${integration.logicalId}: only Lambda with payload format 2.0 is supported`,
      );
    }
    const authorizer = authorizerOf(route, authorizers);
    return {
      key: route.RouteKey,
      functionArn: functionOf(lambdaIn(target.IntegrationUri), functions, resource.logicalId).arn,
      timeoutMs: target.TimeoutInMillis,
      scopes: route.AuthorizationScopes,
      ...given("authorizer", authorizer),
      ...given("throttle", limitOf(stage.RouteSettings[route.RouteKey], stage.DefaultRouteSettings)),
    };
  });
}

const byRef = (resources: readonly ResolvedResource[], type: string): Map<string, ResolvedResource> =>
  new Map(ofType(resources, type).map((resource) => [String(resource.ref), resource]));

function authorizerOf(
  route: z.output<typeof RouteProperties>,
  authorizers: Map<string, ResolvedResource>,
): AuthorizerModel | undefined {
  if (route.AuthorizationType === "NONE") return undefined;
  const resource = authorizers.get(route.AuthorizerId ?? "");
  if (route.AuthorizationType !== "JWT" || resource === undefined) {
    throw new Error(`Route ${route.RouteKey}: only the JWT authorizer is supported`);
  }
  const { JwtConfiguration, IdentitySource } = read(resource, AuthorizerProperties);
  const header = /^\$request\.header\.(.+)$/.exec(IdentitySource[0] ?? "")?.[1];
  if (header === undefined) {
    throw new Error(`Authorizer ${resource.logicalId}: the identity source is not a header`);
  }
  return {
    issuer: JwtConfiguration.Issuer,
    audience: JwtConfiguration.Audience,
    header: header.toLowerCase(),
  };
}

/** The function ARN in an integration URI, which may be wrapped in API Gateway's invocation path. */
const lambdaIn = (uri: string): string => /functions\/(.+)\/invocations$/.exec(uri)?.[1] ?? uri;

function limitOf(
  own: z.output<typeof Limits> | undefined,
  fallback: z.output<typeof Limits> | undefined,
): RateLimit | undefined {
  const ratePerSecond = own?.ThrottlingRateLimit ?? fallback?.ThrottlingRateLimit;
  const burst = own?.ThrottlingBurstLimit ?? fallback?.ThrottlingBurstLimit;
  if (ratePerSecond === undefined && burst === undefined) return undefined;
  return { ratePerSecond: ratePerSecond ?? 10_000, burst: burst ?? 5_000 };
}

const TokenUnit = z.enum(["seconds", "minutes", "hours", "days"]);
const ClientProperties = z.object({
  UserPoolId: z.string(),
  ClientName: z.string().optional(),
  CallbackURLs: textList.default([]),
  LogoutURLs: textList.default([]),
  AllowedOAuthScopes: textList.default([]),
  SupportedIdentityProviders: textList.default([]),
  GenerateSecret: flag.default(false),
  EnableTokenRevocation: flag.default(true),
  RefreshTokenRotation: z
    .object({ Feature: z.string(), RetryGracePeriodSeconds: count.default(0) })
    .optional(),
  AccessTokenValidity: count.optional(),
  IdTokenValidity: count.optional(),
  RefreshTokenValidity: count.optional(),
  TokenValidityUnits: z
    .object({
      AccessToken: TokenUnit.default("hours"),
      IdToken: TokenUnit.default("hours"),
      RefreshToken: TokenUnit.default("days"),
    })
    .default({ AccessToken: "hours", IdToken: "hours", RefreshToken: "days" }),
});
const OfPool = z.object({ UserPoolId: z.string() });
const secondsIn = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 } as const;

/** User pools with everything that belongs to them. */
export function poolsOf(resources: readonly ResolvedResource[]): PoolModel[] {
  return ofType(resources, "AWS::Cognito::UserPool").map((resource) => {
    const id = String(resource.ref);
    const own = (type: string) =>
      ofType(resources, type).filter((candidate) => read(candidate, OfPool).UserPoolId === id);
    const { UserPoolName } = read(resource, z.object({ UserPoolName: z.string().optional() }));
    return {
      logicalId: resource.logicalId,
      id,
      arn: textAttribute(resource, "Arn"),
      name: UserPoolName ?? resource.logicalId,
      issuer: textAttribute(resource, "ProviderURL"),
      loginHosts: own("AWS::Cognito::UserPoolDomain").map((domain) =>
        loginHost(String(domain.ref), domain.region),
      ),
      clients: own("AWS::Cognito::UserPoolClient").map(clientOf),
      providers: own("AWS::Cognito::UserPoolIdentityProvider").map((provider) => {
        const { ProviderName, ProviderType } = read(
          provider,
          z.object({ ProviderName: z.string(), ProviderType: z.string() }),
        );
        return { name: ProviderName, type: ProviderType };
      }),
      groups: own("AWS::Cognito::UserPoolGroup").map((group) => String(group.ref)),
      resourceServers: own("AWS::Cognito::UserPoolResourceServer").map((server) => {
        const Scopes = z.array(z.object({ ScopeName: z.string() })).default([]);
        const { Identifier, Scopes: scopes } = read(server, z.object({ Identifier: z.string(), Scopes }));
        return { identifier: Identifier, scopes: scopes.map((scope) => scope.ScopeName) };
      }),
    };
  });
}

/** A domain with a dot is a custom one; without, it is a prefix of the service's. */
const loginHost = (domain: string, region: string): string =>
  domain.includes(".") ? domain : `${domain}.auth.${region}.amazoncognito.com`;

function clientOf(resource: ResolvedResource): PoolClientModel {
  const client = read(resource, ClientProperties);
  const units = client.TokenValidityUnits;
  const rotation = client.RefreshTokenRotation;
  return {
    logicalId: resource.logicalId,
    id: String(resource.ref),
    name: client.ClientName ?? resource.logicalId,
    callbackUrls: client.CallbackURLs,
    logoutUrls: client.LogoutURLs,
    scopes: client.AllowedOAuthScopes,
    providers: client.SupportedIdentityProviders,
    generateSecret: client.GenerateSecret,
    accessTokenSeconds: (client.AccessTokenValidity ?? 1) * secondsIn[units.AccessToken],
    idTokenSeconds: (client.IdTokenValidity ?? 1) * secondsIn[units.IdToken],
    refreshTokenSeconds: (client.RefreshTokenValidity ?? 30) * secondsIn[units.RefreshToken],
    revocation: client.EnableTokenRevocation,
    ...given(
      "rotationGraceSeconds",
      rotation?.Feature === "ENABLED" ? rotation.RetryGracePeriodSeconds : undefined,
    ),
  };
}
