/** The control surface over HTTP: each order a `POST /control/<name>` with JSON, each view a `GET`. */
import * as z from "zod";
import type { FaultOrder, Misreport, SimulatorAction, SimulatorControl } from "../simulator.ts";
import { json, type WireAnswer, type WireRequest } from "../wire.ts";
import { StatementFaultShape } from "./statement.ts";

const id = z.string().min(1);

/** What can be done to an object, as it arrives over HTTP. */
export const ActionShape: z.ZodType<SimulatorAction> = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("payment"),
    id,
    action: z.enum(["approve", "decline", "abandon", "pend", "settle"]),
  }),
  z.strictObject({ kind: z.literal("refund"), id, action: z.enum(["succeed", "fail", "stall"]) }),
  z.strictObject({
    kind: z.literal("payout"),
    id,
    action: z.enum(["confirm", "succeed", "fail", "return", "expire"]),
  }),
  z.strictObject({ kind: z.literal("dispute"), id, action: z.enum(["open", "win", "lose"]) }),
]);

const FaultOrderShape = z.strictObject({
  operation: z.string().default(""),
  kind: z.enum(["drop-before-effect", "drop-after-effect", "status"]),
  status: z.int().min(400).max(599).optional(),
  kept: z.boolean().optional(),
  retryAfterSeconds: z.int().nonnegative().optional(),
  times: z.int().positive().default(1),
});

const faultOrder = ({
  status,
  kept,
  retryAfterSeconds,
  ...rest
}: z.infer<typeof FaultOrderShape>): FaultOrder => ({
  ...rest,
  ...(status !== undefined && { status }),
  ...(kept !== undefined && { kept }),
  ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
});

const SigningOrderShape = z.strictObject({
  eventId: z.string(),
  skewMs: z.int().optional(),
  content: z.string().optional(),
  key: z.enum(["own", "stranger"]).optional(),
  keyName: z.string().optional(),
});

const MisreportShape: z.ZodType<Misreport> = z.strictObject({
  id,
  value: z.int().nonnegative().optional(),
  currency: z.string().length(3).optional(),
  merchant: z.string().optional(),
  after: z.int().nonnegative().optional(),
  times: z.int().positive().optional(),
});

type Command = (control: SimulatorControl, body: unknown) => Promise<unknown>;

const command =
  <T>(shape: z.ZodType<T>, run: (control: SimulatorControl, input: T) => unknown): Command =>
  async (control, body) =>
    (await run(control, shape.parse(body))) ?? {};

const nothing = z.strictObject({});

const commands: ReadonlyMap<string, Command> = new Map(
  Object.entries({
    act: command(ActionShape, (control, action) => control.act(action)),
    press: command(z.strictObject({ page: z.string(), action: z.string() }), (control, { page, action }) =>
      control.press(page, action),
    ),
    hold: command(nothing, (control) => control.hold()),
    release: command(z.strictObject({ order: z.array(z.string()).default([]) }), (control, { order }) =>
      control.release(order),
    ),
    duplicate: command(z.strictObject({ next: z.int().positive() }), (control, { next }) =>
      control.duplicateNext(next),
    ),
    resend: command(z.strictObject({ eventId: z.string() }), (control, { eventId }) =>
      control.resend(eventId),
    ),
    signed: command(SigningOrderShape, (control, { eventId, ...order }) => control.signed(eventId, order)),
    misreport: command(MisreportShape, (control, order) => control.misreport(order)),
    fail: command(FaultOrderShape, (control, order) => control.failNext(faultOrder(order))),
    down: command(z.strictObject({ ms: z.int().nonnegative() }), (control, { ms }) => control.downFor(ms)),
    spoil: command(StatementFaultShape, (control, fault) => control.spoilStatement(fault)),
  }),
);

const views: ReadonlyMap<string, (control: SimulatorControl) => unknown> = new Map(
  Object.entries({
    objects: (control: SimulatorControl) => ({ objects: control.objects() }),
    deliveries: (control: SimulatorControl) => ({ deliveries: control.deliveries() }),
  }),
);

/** Orders of one provider, by name. */
export type OwnOrders = Readonly<Record<string, (input: unknown) => unknown>>;

function commandOf(name: string, own: OwnOrders): Command | undefined {
  const order = Object.hasOwn(own, name) ? own[name] : undefined;
  return commands.get(name) ?? (order && (async (_control, body) => order(body) ?? {}));
}

/** Answers a control request: 200, 400 for a body that does not fit, 404 for an unknown name, 409 when refused. */
export async function answerControl(
  control: SimulatorControl,
  request: WireRequest,
  own: OwnOrders = {},
): Promise<WireAnswer> {
  const name = request.path.slice("/control/".length);
  const view = request.method === "GET" ? views.get(name) : undefined;
  if (view !== undefined) return json(200, view(control));
  const run = request.method === "POST" ? commandOf(name, own) : undefined;
  if (run === undefined) return json(404, { error: `No control ${request.method} ${name}.` });
  try {
    return json(200, await run(control, request.body === "" ? {} : JSON.parse(request.body)));
  } catch (thrown) {
    if (thrown instanceof z.ZodError || thrown instanceof SyntaxError) {
      return json(400, { error: thrown.message });
    }
    if (thrown instanceof Error) return json(409, { error: thrown.message });
    throw thrown;
  }
}
