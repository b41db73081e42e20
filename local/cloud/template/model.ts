// What the local cloud runs: the resolved resources of all stacks, as typed models, one kind each.

export type AttributeType = "S" | "N" | "B";
export type KeyElement = { readonly name: string; readonly role: "HASH" | "RANGE" };
export type IndexModel = {
  readonly name: string;
  readonly keys: readonly KeyElement[];
  readonly projection: {
    readonly type: "ALL" | "KEYS_ONLY" | "INCLUDE";
    readonly attributes: readonly string[];
  };
};

export type TableModel = {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly keys: readonly KeyElement[];
  readonly attributes: Readonly<Record<string, AttributeType>>;
  readonly globalIndexes: readonly IndexModel[];
  readonly localIndexes: readonly IndexModel[];
  readonly stream?: { readonly arn: string; readonly viewType: string };
  readonly ttlAttribute?: string;
};

export type QueueModel = {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly url: string;
  readonly visibilityTimeoutSeconds: number;
  readonly delaySeconds: number;
  readonly retentionSeconds: number;
  readonly receiveWaitSeconds: number;
  readonly redrive?: { readonly deadLetterArn: string; readonly maxReceiveCount: number };
};

export type FunctionModel = {
  readonly logicalId: string;
  /** Short name for people: the physical name without what all names begin with. */
  readonly label: string;
  readonly name: string;
  readonly arn: string;
  /** Directory of the bundle. */
  readonly codeDirectory: string;
  /** `<file without extension>.<export>`. */
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly roleArn: string;
  readonly reservedConcurrency?: number;
  /** Retries of an asynchronous invocation, and where one goes that keeps failing. */
  readonly asyncRetries: number;
  readonly asyncFailureArn?: string;
};

export type RateLimit = { readonly ratePerSecond: number; readonly burst: number };
export type AuthorizerModel = {
  readonly issuer: string;
  readonly audience: readonly string[];
  /** Name of the header that carries the token, in lower case. */
  readonly header: string;
};
export type RouteModel = {
  /** `METHOD /path/{parameter}`, or `$default`. */
  readonly key: string;
  readonly functionArn: string;
  readonly timeoutMs: number;
  readonly authorizer?: AuthorizerModel;
  readonly scopes: readonly string[];
  readonly throttle?: RateLimit;
};
export type CorsModel = {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  readonly credentials: boolean;
  readonly maxAgeSeconds?: number;
};
export type ApiModel = {
  readonly logicalId: string;
  readonly id: string;
  readonly name: string;
  readonly stage: string;
  readonly routes: readonly RouteModel[];
  readonly cors?: CorsModel;
};

export type MappingModel = {
  readonly logicalId: string;
  readonly id: string;
  readonly sourceArn: string;
  readonly functionArn: string;
  readonly batchSize: number;
  readonly batchWindowSeconds: number;
  /** Event patterns (JSON text); a record passes when any of them matches, or when there is none. */
  readonly filters: readonly string[];
  readonly reportItemFailures: boolean;
  readonly maxConcurrency?: number;
  readonly startingPosition: "TRIM_HORIZON" | "LATEST";
  readonly bisectOnError: boolean;
  /** Attempts after the first; -1 means for as long as the record lives. */
  readonly maxRetries: number;
  /** Oldest record worth retrying, in seconds; -1 means no limit. */
  readonly maxAgeSeconds: number;
  readonly failureArn?: string;
};

export type ScheduleModel = {
  readonly logicalId: string;
  readonly name: string;
  readonly expression: string;
  readonly timezone: string;
  readonly enabled: boolean;
  readonly source: "rule" | "scheduler";
  readonly arn: string;
  readonly targets: readonly { readonly functionArn: string; readonly input?: string }[];
};

export type SecretModel = {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** The value that the template itself gives, if it does. */
  readonly text?: string;
  readonly generate?: {
    readonly length: number;
    readonly excluded: string;
    readonly template?: string;
    readonly key?: string;
  };
};

export type PoolClientModel = {
  readonly logicalId: string;
  readonly id: string;
  readonly name: string;
  readonly callbackUrls: readonly string[];
  readonly logoutUrls: readonly string[];
  readonly scopes: readonly string[];
  readonly providers: readonly string[];
  readonly generateSecret: boolean;
  readonly accessTokenSeconds: number;
  readonly idTokenSeconds: number;
  readonly refreshTokenSeconds: number;
  readonly revocation: boolean;
  /** Set when refresh tokens rotate: seconds for which the old one still works. */
  readonly rotationGraceSeconds?: number;
};

export type PoolModel = {
  readonly logicalId: string;
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly issuer: string;
  /** Hosts of the login pages: the prefix domain, or the custom one. */
  readonly loginHosts: readonly string[];
  readonly clients: readonly PoolClientModel[];
  readonly providers: readonly { readonly name: string; readonly type: string }[];
  readonly groups: readonly string[];
  readonly resourceServers: readonly { readonly identifier: string; readonly scopes: readonly string[] }[];
};

export type RoleModel = {
  readonly arn: string;
  readonly name: string;
  /** Every policy document that is attached to the role. */
  readonly policies: readonly unknown[];
};

/** A key in KMS. */
export type KeyModel = {
  readonly logicalId: string;
  readonly id: string;
  readonly arn: string;
  /** As in `SYMMETRIC_DEFAULT` and `HMAC_256`: what operations and algorithms it is good for follows from it. */
  readonly spec: string;
};

export type CloudModel = {
  readonly region: string;
  readonly tables: readonly TableModel[];
  readonly queues: readonly QueueModel[];
  readonly functions: readonly FunctionModel[];
  readonly apis: readonly ApiModel[];
  readonly mappings: readonly MappingModel[];
  readonly schedules: readonly ScheduleModel[];
  readonly secrets: readonly SecretModel[];
  readonly pools: readonly PoolModel[];
  readonly topics: readonly { readonly logicalId: string; readonly arn: string; readonly name: string }[];
  readonly keys: readonly KeyModel[];
  readonly roles: readonly RoleModel[];
  /** Outputs of every stack, by `Stack.Output`. */
  readonly outputs: ReadonlyMap<string, unknown>;
};
