import { OpenAPIHono } from "@hono/zod-openapi";
import { problem } from "./problem.ts";

/** An empty set of routes that answers malformed questions with a problem. */
export function router(): OpenAPIHono {
  return new OpenAPIHono({
    defaultHook: (result, context) => {
      if (result.success) return;
      const issues = result.error.issues.map((issue) => {
        const path = issue.path.join(".");
        return path === "" ? issue.message : `${path}: ${issue.message}`;
      });
      return problem(context, 400, `Cannot read ${result.target}: ${issues.join("; ")}`);
    },
  });
}
