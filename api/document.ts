/** What the OpenAPI document says of access: how one says who one is, and what is answered to those who may not. @module */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { NEEDS } from "./permissions.ts";

type Document = ReturnType<OpenAPIHono["getOpenAPI31Document"]>;

const METHODS = ["get", "post", "put", "patch", "delete"] as const;

/** The document with the need of each route, and the answers 401 and 403 of those that need anything. */
export function guardedDocument(document: Document): Document {
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of METHODS) {
      const operation = item[method];
      const route = path.replaceAll(/\{(\w+)\}/g, ":$1");
      const permission = NEEDS[`${method.toUpperCase()} ${route}`]?.permission ?? "view";
      if (operation === undefined || permission === "public") continue;
      Object.assign(operation, { security: [{ token: [permission] }, { session: [permission] }] });
      const { responses = {} } = operation;
      responses["401"] ??= refusal("Nobody is signed in, and no valid token was sent");
      responses["403"] = refusal(`No role or scope allows "${permission}", or another origin asks`);
      operation.responses = responses;
    }
  }
  document.components = {
    ...document.components,
    securitySchemes: {
      token: { type: "http", scheme: "bearer", description: "A token of a machine" },
      session: { type: "apiKey", in: "cookie", name: "aurora.session_token" },
    },
  };
  return document;
}

const refusal = (description: string) => ({
  description,
  content: { "application/json": { schema: { $ref: "#/components/schemas/Problem" } } },
});
