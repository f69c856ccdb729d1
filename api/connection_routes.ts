import { createRoute, z } from "@hono/zod-openapi";
import type { ConnectionService } from "engine";
import { HTTPException } from "hono/http-exception";
import { type Answer, asJson, body, guarded, notFound } from "./answers.ts";
import { asker, nameOfAsker } from "./asker.ts";
import { router } from "./router.ts";
import { json, Problem } from "./schemas.ts";

const text = (most: number) => z.string().max(most);

/** What a test found. */
export const ConnectionTest = z.object({
  at: z.string(),
  reached: z.boolean(),
  found: z.string(),
}).openapi("ConnectionTest");

/** A connection without its secrets. */
export const Connection = z.object({
  name: z.string(),
  kind: z.string().nullable(),
  host: z.string().nullable(),
  login: z.string().nullable(),
  from: z.enum(["environment", "file", "database"]),
  overriddenBy: z.enum(["environment", "file"]).nullable(),
  key: z.string().nullable(),
  changedAt: z.string().nullable(),
  changedBy: z.string().nullable(),
  test: ConnectionTest.nullable(),
  problem: z.string().nullable(),
}).openapi("Connection");

/** All connections, and by which keys they are encrypted. */
export const Connections = z.object({
  connections: z.array(Connection).readonly(),
  keys: z.array(z.object({
    id: z.string(),
    known: z.boolean(),
    newest: z.boolean(),
    connections: z.number().int(),
  })).readonly(),
  keysProblem: z.string().nullable(),
  unlisted: z.array(z.string()).readonly(),
}).openapi("Connections");

/** What became of encrypting all again. */
export const ConnectionRotation = z.object({
  key: z.string(),
  rotated: z.number().int(),
  problems: z.array(z.string()).readonly(),
}).openapi("ConnectionRotation");

const Change = z.strictObject({
  kind: text(100).optional().openapi({ example: "postgres" }),
  host: text(1_000).nullable().optional(),
  port: z.number().int().min(1).max(65_535).nullable().optional(),
  login: text(1_000).nullable().optional(),
  password: text(10_000).nullable().optional()
    .openapi({ description: "Not given: the one that is kept stays; null takes it away" }),
  schema: text(1_000).nullable().optional(),
  extra: z.record(text(200), json).nullable().optional(),
  replace: z.boolean().default(false)
    .openapi({ description: "Change the one that is there: what is not given stays" }),
}).openapi("ConnectionChange");

const named = z.object({
  name: z.string().min(1).max(200).openapi({ param: { name: "name", in: "path" } }),
});
const Nothing = z.strictObject({});
const conflict: { 409: Answer<typeof Problem> } = {
  409: asJson(Problem, "There is one of this name"),
};

const list = createRoute({
  method: "get",
  path: "/api/v1/connections",
  summary: "Connections of environment, file and database, and the keys; never a secret",
  responses: { 200: asJson(Connections, "Connections") },
});

const change = createRoute({
  method: "post",
  path: "/api/v1/connections/{name}",
  summary: "Keep a connection in the database, encrypted",
  request: { params: named, body: body(Change) },
  responses: { 200: asJson(Connection, "The connection"), ...guarded, ...notFound, ...conflict },
});

const remove = createRoute({
  method: "post",
  path: "/api/v1/connections/{name}/remove",
  summary: "Remove a connection from the database",
  request: { params: named, body: body(Nothing) },
  responses: { 200: asJson(Nothing, "It is removed"), ...guarded, ...notFound },
});

const test = createRoute({
  method: "post",
  path: "/api/v1/connections/{name}/test",
  summary: "Connect and log in, from whichever place has the connection",
  request: { params: named, body: body(Nothing) },
  responses: { 200: asJson(ConnectionTest, "What was found"), ...guarded, ...notFound },
});

const rotate = createRoute({
  method: "post",
  path: "/api/v1/connection-keys/rotate",
  summary: "Encrypt all connections of the database again by the newest key",
  request: { body: body(Nothing) },
  responses: { 200: asJson(ConnectionRotation, "What was done"), ...guarded },
});

/** About connections. */
// deno-lint-ignore explicit-function-return-type explicit-module-boundary-types
export function connectionRoutes({ connections }: ConnectionService) {
  return router()
    .openapi(list, async (c) => c.json(await connections.list(), 200))
    .openapi(rotate, async (c) => c.json(await connections.rotate(), 200))
    .openapi(change, async (c) => {
      const { name } = c.req.valid("param");
      const { replace, ...given } = c.req.valid("json");
      const how = { replace, by: nameOfAsker(asker()?.name, "") };
      const kept = await connections.change(name, given, how);
      if (kept !== undefined) return c.json(kept, 200);
      const message = `Cannot add connection "${name}": there is one of this name`;
      throw new HTTPException(409, { message });
    })
    .openapi(remove, async (c) => {
      await connections.remove(c.req.valid("param").name);
      return c.json({}, 200);
    })
    .openapi(test, async (c) => c.json(await connections.test(c.req.valid("param").name), 200));
}
