import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { areas } from "../../functions/areas.ts";
import { stages } from "../../infra/config.ts";
import { apiFunctionNames } from "../../infra/functions.ts";
import { type Route, type RouteTable, routeKey } from "../../shared/http/route.ts";
import { synthesize } from "./templates.ts";

const prod = synthesize("prod");
const local = synthesize("local");
const rows = Object.entries<RouteTable>(areas).flatMap(([area, table]) =>
  Object.values<Route>(table).map((route) => ({ area, key: routeKey(route), route })),
);
const gatewayRoutes = new Map(
  prod.all("AWS::ApiGatewayV2::Route").map(({ Properties }) => [Properties["RouteKey"], Properties]),
);
const [authorizer] = prod.all("AWS::ApiGatewayV2::Authorizer");
const [stage] = prod.all("AWS::ApiGatewayV2::Stage");

describe("the gateway", () => {
  it("has a function for every area", () => {
    expect([...apiFunctionNames].sort()).toEqual(Object.keys(areas).sort());
  });

  it("has exactly the routes of the contracts", () => {
    expect([...gatewayRoutes.keys()].sort()).toEqual(rows.map(({ key }) => key).sort());
  });

  it.each(rows)("guards $key as its contract says", ({ key, route }) => {
    const properties = gatewayRoutes.get(key);
    if (route.auth === "user" || route.auth === "ops") {
      expect(properties).toMatchObject({
        AuthorizationType: "JWT",
        AuthorizerId: { Ref: authorizer?.id },
        AuthorizationScopes: ["kith/wallet"],
      });
    } else {
      expect(properties).toMatchObject({ AuthorizationType: "NONE" });
      expect(properties).not.toHaveProperty("AuthorizerId");
    }
  });

  it.each(rows)("sends $key to the function of $area", ({ area, key }) => {
    const target = JSON.stringify(gatewayRoutes.get(key)?.["Target"]);
    const integration = prod
      .all("AWS::ApiGatewayV2::Integration")
      .find(({ id }) => target.includes(`"${id}"`));
    const uri = JSON.stringify(integration?.Properties["IntegrationUri"]);
    const fn = prod.all("AWS::Lambda::Function").find(({ id }) => uri.includes(`"${id}"`));
    expect(fn?.Properties["FunctionName"]).toBe(`kith-prod-${area}`);
    expect(integration?.Properties["PayloadFormatVersion"]).toBe("2.0");
  });

  it("checks tokens of our pool for our client", () => {
    expect(authorizer?.Properties).toMatchObject({
      AuthorizerType: "JWT",
      JwtConfiguration: { Audience: [expect.anything()], Issuer: expect.anything() },
    });
    expect(JSON.stringify(authorizer?.Properties)).toContain("cognito-idp.eu-west-1.");
  });

  it("throttles every route, those with a throttle of their own by it", () => {
    const settings = stage?.Properties["RouteSettings"];
    const own = rows.filter(({ route }) => route.throttle !== undefined);
    expect(own.length).toBeGreaterThan(0);
    expect(settings).toEqual(
      Object.fromEntries(
        own.map(({ key, route }) => [
          key,
          {
            ThrottlingRateLimit: route.throttle?.ratePerSecond,
            ThrottlingBurstLimit: route.throttle?.burst,
            DetailedMetricsEnabled: true,
          },
        ]),
      ),
    );
    expect(stage?.Properties["DefaultRouteSettings"]).toMatchObject({
      ThrottlingRateLimit: 500,
      ThrottlingBurstLimit: 1_000,
    });
  });

  it("makes every route before the stage that names it", () => {
    const routes = prod.all("AWS::ApiGatewayV2::Route").map(({ id }) => id);
    expect(stage?.DependsOn).toEqual(expect.arrayContaining(routes));
  });

  it("logs each request as JSON without query or headers", () => {
    const settings = stage?.Properties["AccessLogSettings"];
    const format = JSON.stringify(settings);
    for (const field of ["requestId", "routeKey", "status", "responseLatency", "authorizer.error"]) {
      expect(format).toContain(`$context.${field}`);
    }
    expect(format).not.toMatch(/queryString|header|\$context\.path/i);
  });

  it("answers browsers only where origins are configured", () => {
    prod
      .template("api")
      .hasResourceProperties("AWS::ApiGatewayV2::Api", { CorsConfiguration: Match.absent() });
    local.template("api").hasResourceProperties("AWS::ApiGatewayV2::Api", {
      CorsConfiguration: Match.objectLike({ AllowOrigins: ["http://localhost:4000"] }),
    });
  });

  it("keeps its own address while it has no other", () => {
    prod
      .template("api")
      .hasResourceProperties("AWS::ApiGatewayV2::Api", { DisableExecuteApiEndpoint: false });
  });

  it("answers at a domain of its own only, once it has one", () => {
    const { throttle } = stages.prod.api;
    const certificateArn = "arn:aws:acm:eu-west-1:123456789012:certificate/1";
    const { template } = synthesize("prod", {
      api: { throttle, corsOrigins: [], domain: { name: "api.acme.example", certificateArn } },
      login: {
        ...stages.prod.login,
        domain: {
          name: "login.acme.example",
          certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/2",
        },
      },
    });
    const api = template("api");
    api.hasResourceProperties("AWS::ApiGatewayV2::Api", { DisableExecuteApiEndpoint: true });
    api.hasResourceProperties("AWS::ApiGatewayV2::DomainName", { DomainName: "api.acme.example" });
    api.resourceCountIs("AWS::ApiGatewayV2::ApiMapping", 1);
    api.hasOutput("ApiUrl", { Value: "https://api.acme.example/v1" });
    api.hasResourceProperties("AWS::Lambda::Function", {
      FunctionName: "kith-prod-identity",
      Environment: { Variables: Match.objectLike({ LOGIN_URL: "https://login.acme.example" }) },
    });
    template("identity").hasResourceProperties("AWS::Cognito::UserPoolDomain", {
      Domain: "login.acme.example",
      CustomDomainConfig: { CertificateArn: Match.anyValue() },
    });
  });
});
