/** Which way imports may run: one rule an arrow of docs/architecture.md. */
const only = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

export default {
  forbidden: [
    only(
      "no-cycles",
      "A cycle means that two rooms are one.",
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    ),
    only(
      "no-orphans",
      "A file that nobody imports and that is no entry is dead.",
      {
        orphan: true,
        path: "^(functions|shared|infra|local)/",
        pathNot: [
          "/(api|consumer|sweep|relay|audit|deliver-\\w+)\\.ts$",
          "^infra/app\\.ts$",
          "^local/(main|demo|token)\\.ts$",
          "bootstrap\\.ts$",
        ],
      },
      {},
    ),
    only(
      "areas-are-apart",
      "Areas talk by events, or lift the noun into shared/.",
      { path: "^functions/([^/]+)/" },
      { path: "^functions/", pathNot: ["^functions/$1/", "^functions/areas\\.ts$"] },
    ),
    only(
      "contracts-are-pure",
      "Contracts are data: the infrastructure and the API document import them.",
      { path: "^functions/[^/]+/contract\\.ts$" },
      {
        path: ["^node_modules/(@aws-sdk|@middy)", "^functions/[^/]+/"],
        pathNot: ["contract\\.ts$"],
      },
    ),
    only(
      "product-knows-no-tools",
      "Nothing imports infra, local, tests or benches.",
      { path: "^(functions|shared)/" },
      { path: "^(infra|local|test|bench|scripts)/" },
    ),
    only(
      "infra-reads-only-contracts",
      "The infrastructure reads contracts, event subscriptions and the table's schema.",
      { path: "^infra/" },
      {
        path: "^(functions|shared)/",
        pathNot: [
          "^functions/areas\\.ts$",
          "^functions/[^/]+/contract\\.ts$",
          "^shared/events/",
          "^shared/table/(schema|keys)\\.ts$",
          "^shared/http/(route|schemas)\\.ts$",
          "^shared/money/currencies\\.ts$",
          "^shared/ledger/limits\\.ts$",
          "^shared/(risk/settings|pin/settings|reconciliation/fee)\\.ts$",
          "^shared/routing/(cost|rank)\\.ts$",
          "^shared/channels/registry\\.ts$",
          "^shared/platform/(metrics|ids)\\.ts$",
        ],
      },
    ),
    only(
      "money-is-alone",
      "Money knows nothing but results.",
      { path: "^shared/money/" },
      { path: "^shared/", pathNot: ["^shared/(money/|result\\.ts)"] },
    ),
    only(
      "shared-does-not-know-areas",
      "shared/ is below the areas.",
      { path: "^shared/" },
      { path: "^functions/" },
    ),
    only(
      "sdk-only-in-adapters",
      "SDK clients stay in the table layer, the platform, and adapters.",
      {
        path: "^(functions|shared)/",
        pathNot: [
          "^shared/(table/(table|client|sdk-steps|settled-config)|platform/(queues|secrets))\\.ts$",
          "^functions/relay/",
          "-(adapter|client|sns|ses)\\.ts$",
          "^functions/notifications/(sns|ses|platform)[^/]*\\.ts$",
        ],
      },
      { path: "^node_modules/@aws-sdk/client-" },
    ),
    only(
      "no-provider-libraries",
      "Channels are pure: providers' libraries drive simulators in tests, and nothing else.",
      { path: "^(functions|shared|infra|local)/" },
      { path: "^node_modules/(stripe|alipay-sdk|wechatpay-axios-plugin|paytmchecksum)/" },
    ),
    only(
      "simulators-are-separate",
      "A mistake that a simulator shared with an adapter would stay hidden.",
      { path: "^local/channels/" },
      { path: "^(shared|functions)/" },
    ),
    only(
      "no-dev-dependencies-in-bundles",
      "What runs in an account is a dependency, not a development one.",
      { path: "^(functions|shared)/" },
      { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"], pathNot: "@types/" },
    ),
    only(
      "not-to-unresolvable",
      "An import that does not resolve; `aws-lambda` is types alone.",
      {},
      { couldNotResolve: true, pathNot: "^aws-lambda$" },
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(\\.build|cdk\\.out|\\.local)/" },
    parser: "swc",
    tsPreCompilationDeps: true,

    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".mjs", ".js", ".json"],
    },
  },
};
