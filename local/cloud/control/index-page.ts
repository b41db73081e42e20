// The control endpoint's front page: everything that can be asked, as commands to copy.

import { faultKinds } from "../faults.ts";

type Example = { readonly what: string; readonly command: (base: string) => string };

const post = (path: string, body?: string) => (base: string) =>
  body === undefined ? `curl -X POST ${base}${path}` : `curl ${base}${path} -d '${body}'`;
const get = (path: string) => (base: string) => `curl '${base}${path}'`;
const remove = (path: string) => (base: string) => `curl -X DELETE ${base}${path}`;

const examples: readonly Example[] = [
  { what: "Functions, queues, schedules, streams and the clock", command: get("/state") },
  { what: "The log, from a line on", command: get("/log?since=0") },
  { what: "E-mails and push messages that were sent", command: get("/outbox") },
  { what: "Capacity units and calls per function and operation", command: get("/meter") },
  { what: "Wait until nothing is left to do", command: get("/idle?timeoutMs=10000") },
  { what: "Move the clock by an hour", command: post("/clock", '{"advanceMs":3600000}') },
  {
    what: "Refuse the next two transactions as throttled",
    command: post("/faults", '{"kind":"throttle","operation":"TransactWriteItems","count":2}'),
  },
  {
    what: "Commit the next write, but lose the answer",
    command: post("/faults", '{"kind":"timeout-after-commit","operation":"TransactWriteItems"}'),
  },
  {
    what: "Deliver the next batch of a queue twice",
    command: post("/faults", '{"kind":"duplicate-delivery","queue":"NAME"}'),
  },
  {
    what: "Let a function do its work, then lose its worker",
    command: post("/faults", '{"kind":"worker-crash","function":"NAME"}'),
  },
  { what: "Faults that still wait", command: get("/faults") },
  { what: "Forget all faults", command: remove("/faults") },
  { what: "Move dead letters back", command: post("/queues/NAME/redrive") },
  { what: "Run a schedule now", command: post("/schedules/NAME/run") },
  { what: "Call a function with an event", command: post("/functions/NAME/invoke", "{}") },
  { what: "End a function's workers", command: post("/functions/NAME/crash") },
  {
    what: "Make a push endpoint answer EndpointDisabled",
    command: post("/endpoints/disable", '{"endpointArn":"ARN"}'),
  },
];

/** An HTML page with one command an action. `base` is the address that the reader used. */
export function indexPage(base: string): string {
  const rows = examples.map(
    ({ what, command }) => `<dt>${what}</dt><dd><pre>${escapeHtml(command(base))}</pre></dd>`,
  );
  return `<!doctype html>
<meta charset="utf-8"><title>Local cloud: control</title>
<style>body{font:16px/1.5 system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem}pre{background:#f3f3f3;padding:.5rem;overflow:auto}</style>
<h1>Local cloud: control</h1>
<dl>${rows.join("\n")}</dl>
<p>Kinds of faults: ${faultKinds.join(", ")}. Each takes <code>function</code>, <code>operation</code>, <code>queue</code>,
<code>count</code> (how often) and <code>after</code> (how many occasions pass first).</p>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
