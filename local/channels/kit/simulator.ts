/**
 * Makes a `Simulator` of a provider's protocol. The kit has everything that is not the protocol: the server, the
 * control surface, the page, the state and its saving, callbacks with their repetitions, later jobs, faults.
 *
 * How a provider uses it (`local/channels/<name>/simulator.ts`):
 *
 * ```ts
 * const Shape = z.object({ payments: mapOf(z.object({ id: z.string(), paid: z.boolean(), value: z.number() })) });
 *
 * export const simulator: SimulatorModule = {
 *   name: "acme",
 *   makeKeys: () => ({ keys: { secret: randomBytes(16).toString("hex") }, provider: {} }),
 *   create: ({ keys, callbackUrl, ports }) => createSimulator({
 *     name: "acme", title: "Acme Pay", hosts: ["api.acme.example"], ports,
 *     shape: Shape, empty: () => ({ payments: new Map() }),
 *     callbacks: {
 *       retryAfterMs: [15_000, 60_000],
 *       isAcknowledged: (status, text) => status === 200 && text === "ok",
 *       sign: ({ content }, nowMs) => ({ headers: { "x-sign": sign(keys, content, nowMs) }, body: content }),
 *     },
 *     open: (kit) => ({
 *       api: (request) => answerApi(kit, request), // reads and changes kit.state, answers in the provider's form
 *       failure: (status) => json(status, { code: "SYSTEM_ERROR" }),
 *       act: (action) => { pay(kit, action); kit.emit({ eventId, type, objectId, url: callbackUrl, content }); },
 *       objects: () => [...kit.state.payments.values()].map(toObject), // page: kit.pageUrl("payment", id)
 *       page: (kind, id) => pageOf(kit.state.payments.get(id)), // undefined: not found
 *       runJob: ({ kind, objectId }) => settle(kit, objectId), // what kit.later(ms, { kind, objectId }) asked for
 *     }),
 *   }),
 * };
 * ```
 *
 * - `act` throws `ActionRefused` for what the state does not allow or the provider does not know.
 * - A callback's `content` is stored unsigned and signed by `callbacks.sign` at each attempt.
 * - Statements: `kit.statementOf(allMovements, day, { utcOffsetMinutes, extra })` applies the ordered faults.
 * - A page whose buttons are not the shared actions: `choose` says what each does.
 * - Controls that only one provider has: `orders`, each `POST /control/<name>`.
 * - Answers about a payment say what `kit.reported` says, and `sign` signs as whom it is told: both can be ordered wrong.
 * - Ids: `kit.ids`; forms: `form.ts`; days: `dayAt` of `statement.ts`.
 */
import type { FaultOrder, Simulator, SimulatorControl } from "../simulator.ts";
import type { WireAnswer, WireOutcome, WireRequest } from "../wire.ts";
import { createCallbacks } from "./callbacks.ts";
import { ActionShape, answerControl } from "./control.ts";
import { createFaults } from "./faults.ts";
import { parseForm } from "./form.ts";
import { createIdSource } from "./ids.ts";
import { createJobs } from "./jobs.ts";
import { createMisreports } from "./misreports.ts";
import { notFoundPage, payPage } from "./page.ts";
import { ActionRefused, type Protocol, type ProtocolHandlers } from "./protocol.ts";
import { closeServer, createWireServer, listenOnLoopback } from "./server.ts";
import { createSaver, loadState } from "./state.ts";
import { movementsOfDay } from "./statement.ts";

/** A simulator that takes up what the store holds: open callbacks and jobs go on. */
export function createSimulator<State>(protocol: Protocol<State>): Simulator {
  const { ports } = protocol;
  const state = loadState(() => ports.store.load(), protocol.shape, protocol.empty);
  const saver = createSaver(state, ports);
  const faults = createFaults(ports.now);
  const misreports = createMisreports();
  let baseUrl: string | undefined;

  const callbacks = createCallbacks({
    state: state.kit,
    saver,
    ports,
    rules: protocol.callbacks,
    downForMs: faults.downForMs,
  });
  const jobs = createJobs({ state: state.kit, ports, saver, run: (job) => handlers.runJob(job) });

  const handlers: ProtocolHandlers = protocol.open({
    state: state.protocol,
    now: ports.now,
    ids: createIdSource(ports.random),
    bytes: ports.bytes,
    sequence: () => {
      state.kit.sequence += 1;
      return state.kit.sequence;
    },
    pageUrl: (kind, id) => `${baseUrl ?? "http://127.0.0.1"}${pathOf(kind, id)}`,
    emit: callbacks.emit,
    isOpen: callbacks.isOpen,
    later: jobs.later,
    cancelJobs: jobs.cancel,
    reported: misreports.reported,
    statementOf: (all, day, options) => movementsOfDay(all, day, state.kit.statementFaults, options),
    statementFaults: () => state.kit.statementFaults,
    log: ports.log,
  });

  const control: SimulatorControl = {
    act(action) {
      try {
        handlers.act(action);
      } finally {
        saver.changed();
      }
    },
    press(page, action) {
      try {
        press(handlers, URL.canParse(page) ? new URL(page).pathname : page, action);
      } finally {
        saver.changed();
      }
    },
    objects: handlers.objects,
    deliveries: callbacks.deliveries,
    hold: callbacks.hold,
    release: callbacks.release,
    duplicateNext: callbacks.duplicateNext,
    resend: callbacks.resend,
    signed: callbacks.signed,
    failNext: faults.failNext,
    downFor: faults.downFor,
    misreport: misreports.add,
    spoilStatement(fault) {
      state.kit.statementFaults.push(fault);
      saver.changed();
    },
    idle: callbacks.idle,
  };

  const ownOrders = Object.fromEntries(
    Object.entries(handlers.orders ?? {}).map(([name, order]) => [
      name,
      (input: unknown) => {
        const result = order(input);
        saver.changed();
        return result;
      },
    ]),
  );

  function refused(request: WireRequest, order: FaultOrder): WireAnswer {
    const answer = handlers.failure(order.status ?? 500, request, order);
    if (order.retryAfterSeconds === undefined) return answer;
    return { ...answer, headers: { ...answer.headers, "retry-after": String(order.retryAfterSeconds) } };
  }

  async function answerApi(request: WireRequest): Promise<WireOutcome> {
    const call = `${request.method} ${request.path}`;
    const operation = handlers.operation?.(request) ?? call;
    const fault = faults.take(operation);
    if (fault?.kind === "drop-before-effect") {
      ports.log(`${operation}: connection dropped before any effect`);
      return "dropped";
    }
    const answer = fault?.kind === "status" ? refused(request, fault) : await handlers.api(request);
    saver.changed();
    if (fault?.kind === "drop-after-effect") {
      ports.log(`${operation}: done (${answer.status}), answer lost`);
      return "dropped";
    }
    ports.log(`${operation}: ${answer.status}`);
    return answer;
  }

  async function handle(request: WireRequest): Promise<WireOutcome> {
    if (request.path.startsWith("/control/")) return answerControl(control, request, ownOrders);
    if (request.path.startsWith("/pay/")) return answerPage(protocol.title, handlers, control, request);
    return answerApi(request);
  }

  const server = createWireServer(handle, ports.log);
  callbacks.resume();
  jobs.resume();

  return {
    name: protocol.name,
    hosts: protocol.hosts,
    async listen(port) {
      const actual = await listenOnLoopback(server, port);
      baseUrl = `http://127.0.0.1:${actual}`;
      return actual;
    },
    async close() {
      callbacks.close();
      jobs.close();
      await closeServer(server);
      await callbacks.idle();
      saver.flush();
    },
    url() {
      if (baseUrl === undefined) throw new Error(`The simulator of ${protocol.title} is not listening yet.`);
      return baseUrl;
    },
    handle,
    control,
  };
}

const pathOf = (kind: string, id: string) => `/pay/${kind}/${encodeURIComponent(id)}`;

/** What an address of the page names. */
function addressed(path: string): { kind: "payment" | "payout"; id: string } | undefined {
  const match = /^\/pay\/(payment|payout)\/([^/]+)$/.exec(path);
  if (match === null) return undefined;
  try {
    return { kind: match[1] === "payout" ? "payout" : "payment", id: decodeURIComponent(match[2] ?? "") };
  } catch {
    return undefined;
  }
}

function press(handlers: ProtocolHandlers, path: string, chosen: string): void {
  const target = addressed(path);
  const view = target && handlers.page(target.kind, target.id);
  if (target === undefined || view === undefined) throw new ActionRefused(`${path} is no page.`);
  const { kind, id } = target;
  const offered = view.buttons.some(({ action }) => action === chosen);
  const action = ActionShape.safeParse({ kind, id, action: chosen });
  if (offered && handlers.choose !== undefined) handlers.choose(kind, id, chosen);
  else if (offered && action.success) handlers.act(action.data);
  else throw new ActionRefused("This can no longer be chosen.");
}

/** `GET` shows the page; a choice is answered with a redirect back to it, which says what happened. */
function answerPage(
  title: string,
  handlers: ProtocolHandlers,
  control: SimulatorControl,
  request: WireRequest,
): WireAnswer {
  const target = addressed(request.path);
  const view = target && handlers.page(target.kind, target.id);
  if (target === undefined || view === undefined) return notFoundPage(title);
  const about = { title, path: request.path, reference: target.id };
  if (request.method === "GET") return payPage(view, about);
  const chosen = parseForm(request.body).get("action");
  try {
    control.press(request.path, chosen ?? "");
  } catch (thrown) {
    if (!(thrown instanceof ActionRefused)) throw thrown;
    return payPage(view, { ...about, refusal: thrown.message });
  }
  return { status: 303, headers: { location: request.path }, body: "" };
}
