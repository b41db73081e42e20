/** The HTTP API: every route of every area's contract, its authorizer, its throttle, and the functions behind it. */
import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps, Validations } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  ApiMapping,
  CfnStage,
  CorsHttpMethod,
  DomainName,
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpJwtAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { areas } from "../../functions/areas.ts";
import { API_PREFIX, type Route, type RouteTable, routeKey } from "../../shared/http/route.ts";
import type { Stage } from "../config.ts";
import { alarmAtLeast } from "../constructs/alarms.ts";
import { AreaFunction, type Foundation } from "../constructs/area-function.ts";
import { type Wiring, walletScope } from "../environment.ts";
import { type ApiFunctionName, apiFunctionNames, physicalName } from "../functions.ts";

export type ApiStackProps = StackProps & {
  readonly foundation: Foundation;
  readonly login: NonNullable<Wiring["login"]>;
};

/** One line per request. No query string and no headers: both can hold tokens. */
const accessLogFields = {
  requestId: "$context.requestId",
  time: "$context.requestTimeEpoch",
  routeKey: "$context.routeKey",
  status: "$context.status",
  latencyMs: "$context.responseLatency",
  integrationLatencyMs: "$context.integrationLatency",
  integrationError: "$context.integrationErrorMessage",
  authorizerError: "$context.authorizer.error",
  errorType: "$context.error.responseType",
  sourceIp: "$context.identity.sourceIp",
  userAgent: "$context.identity.userAgent",
  responseLength: "$context.responseLength",
};

const corsMethods = [
  CorsHttpMethod.GET,
  CorsHttpMethod.POST,
  CorsHttpMethod.PUT,
  CorsHttpMethod.PATCH,
  CorsHttpMethod.DELETE,
];

const publicReason: Readonly<Record<"none" | "signature", string>> = {
  none: "Public on purpose: signing in, health, and the API document come before any token.",
  signature:
    "Called by a payment provider, which is known by the signature over the body, checked in the function.",
};

export class ApiStack extends Stack {
  readonly api: HttpApi;
  /** Without the prefix of the API's version. */
  readonly url: string;
  readonly functions: ReadonlyMap<ApiFunctionName, AreaFunction>;
  private readonly stage: Stage;

  constructor(scope: Construct, id: string, { foundation, login, ...props }: ApiStackProps) {
    super(scope, id, props);
    this.stage = foundation.stage;
    this.api = this.createApi();
    const { domain } = this.stage.settings.api;
    this.url = domain === undefined ? this.api.apiEndpoint : `https://${domain.name}`;
    this.functions = new Map(
      apiFunctionNames.map(
        (name) =>
          [name, new AreaFunction(this, name, { name, foundation, login, apiUrl: this.url })] as const,
      ),
    );
    const routes = this.createRoutes(login);
    const stage = this.createStage(routes);
    this.createDomain(stage);
    this.watch(foundation);
    new CfnOutput(this, "ApiUrl", { value: `${this.url}${API_PREFIX}` });
  }

  private createApi(): HttpApi {
    const { corsOrigins, domain } = this.stage.settings.api;
    return new HttpApi(this, "Api", {
      apiName: physicalName(this.stage.name, "api"),
      createDefaultStage: false,
      disableExecuteApiEndpoint: domain !== undefined,
      ...(corsOrigins.length > 0 && {
        corsPreflight: {
          allowOrigins: [...corsOrigins],
          allowMethods: corsMethods,
          allowHeaders: ["authorization", "content-type", "idempotency-key"],
          exposeHeaders: ["x-request-id", "idempotent-replayed", "retry-after"],
          maxAge: Duration.hours(1),
        },
      }),
    });
  }

  private createRoutes({ userPoolId, clientId }: ApiStackProps["login"]): HttpRoute[] {
    const issuer = `https://cognito-idp.${this.region}.${this.urlSuffix}/${userPoolId}`;
    const authorizer = new HttpJwtAuthorizer("UserPoolAuthorizer", issuer, { jwtAudience: [clientId] });
    return [...this.functions].flatMap(([area, { fn }]) => {
      const integration = new HttpLambdaIntegration(`${area}-integration`, fn, {
        scopePermissionToRoute: false,
      });
      const table: RouteTable = areas[area];
      return Object.entries(table).map(([routeId, route]) => {
        const signedIn = route.auth === "user" || route.auth === "ops";
        const made = new HttpRoute(this, `${area}-${routeId}`, {
          httpApi: this.api,
          routeKey: HttpRouteKey.with(`${API_PREFIX}${route.path}`, HttpMethod[route.method]),
          integration,
          ...(signedIn && { authorizer, authorizationScopes: [walletScope] }),
        });
        if (route.auth === "none" || route.auth === "signature") {
          Validations.of(made).acknowledge({ id: "AwsSolutions-APIG4", reason: publicReason[route.auth] });
        }
        return made;
      });
    });
  }

  private createStage(routes: readonly HttpRoute[]): HttpStage {
    const { name, settings } = this.stage;
    const { throttle } = settings.api;
    // Log groups under this prefix need no entry in the account's resource policy, which has a size limit.
    const accessLog = new LogGroup(this, "AccessLog", {
      logGroupName: `/aws/vendedlogs/${physicalName(name, "api")}`,
      retention: settings.logs.retentionDays,
      removalPolicy: settings.removal === "retain" ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const stage = new HttpStage(this, "Stage", {
      httpApi: this.api,
      stageName: "$default",
      autoDeploy: true,
      detailedMetricsEnabled: true,
      throttle: { rateLimit: throttle.ratePerSecond, burstLimit: throttle.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLog),
        format: AccessLogFormat.custom(JSON.stringify(accessLogFields)),
      },
    });
    const { defaultChild } = stage.node;
    if (!(defaultChild instanceof CfnStage)) throw new Error("The HTTP stage has no CloudFormation stage");
    defaultChild.routeSettings = this.routeSettings();
    // A route setting whose route is not there yet makes the stage fail.
    stage.node.addDependency(...routes);
    return stage;
  }

  /** Throttles of the routes that ask for one. In CloudFormation's own spelling: CDK passes this map on as it is. */
  private routeSettings(): Record<string, object> {
    const throttled = Object.values<RouteTable>(areas)
      .flatMap((table) => Object.values<Route>(table))
      .flatMap((route) => (route.throttle ? [[route, route.throttle] as const] : []));
    return Object.fromEntries(
      throttled.map(([route, { ratePerSecond, burst }]) => [
        routeKey(route),
        { ThrottlingRateLimit: ratePerSecond, ThrottlingBurstLimit: burst, DetailedMetricsEnabled: true },
      ]),
    );
  }

  private createDomain(stage: HttpStage): void {
    const { domain } = this.stage.settings.api;
    if (!domain) return;
    const domainName = new DomainName(this, "Domain", {
      domainName: domain.name,
      certificate: Certificate.fromCertificateArn(this, "Certificate", domain.certificateArn),
    });
    new ApiMapping(this, "Mapping", { api: this.api, domainName, stage });
    // The zone may live anywhere, so the record is the owner's to make.
    new CfnOutput(this, "DomainTarget", { value: domainName.regionalDomainName });
  }

  private watch({ topic }: Foundation): void {
    alarmAtLeast(this, "ServerErrors", {
      name: physicalName(this.stage.name, "api-server-errors"),
      description: "The API answers with 5xx. See docs/runbooks/alarms.md#api.",
      metric: this.api.metricServerError({ period: Duration.minutes(5), statistic: "Sum" }),
      atLeast: 5,
      topic,
    });
  }
}
