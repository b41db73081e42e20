/** The routes about the service itself, through the real handlers. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { areas } from "../../../functions/areas.ts";
import { metaRoutes } from "../../../functions/meta/contract.ts";
import { metaHandlers } from "../../../functions/meta/handlers.ts";
import { openApiDocument } from "../../../shared/http/openapi.ts";
import { createWorld, type World } from "../../builders/world.ts";

let world: World;
let meta: ReturnType<typeof areaOf>;
const areaOf = (of: World) => of.area(metaRoutes, metaHandlers({ stage: "test", areas }));

beforeEach(async () => {
  world = await createWorld();
  meta = areaOf(world);
});
afterEach(() => world.close());

it("says that it is well to anybody, without touching the table", async () => {
  world.disturb(() => ({ fail: "internal" }));
  const reply = await meta.call("getHealth");
  expect(reply).toMatchObject({ status: 200, body: { status: "ok", stage: "test" } });
  expect(reply.headers["cache-control"]).toBe("no-store");
});

it("serves its own document, which may be kept a while", async () => {
  const [first, again] = [await meta.call("getOpenApi"), await meta.call("getOpenApi")];
  expect(first.status).toBe(200);
  expect(first.headers["cache-control"]).toBe("public, max-age=300");
  expect(first.body).toEqual(openApiDocument(areas));
  expect(again.body).toEqual(first.body);
});
