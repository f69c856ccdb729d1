/** What routes say of their bodies and answers. @module */
import type { z } from "@hono/zod-openapi";
import { Problem } from "./schemas.ts";

/** What {@linkcode asJson} gives: an answer in JSON. */
export interface Answer<T extends z.ZodType> {
  description: string;
  content: { "application/json": { schema: T } };
}

/** An answer in JSON. */
export const asJson = <T extends z.ZodType>(answer: T, description: string): Answer<T> => ({
  description,
  content: { "application/json": { schema: answer } },
});

/** What {@linkcode body} gives: a body that has to be there. */
export interface Body<T extends z.ZodType> {
  required: true;
  content: { "application/json": { schema: T } };
}

/** A body in JSON that has to be there. */
export const body = <T extends z.ZodType>(question: T): Body<T> => ({
  required: true,
  content: { "application/json": { schema: question } },
});

/** Of routes that read what was asked. */
export const badRequest: { 400: Answer<typeof Problem> } = {
  400: asJson(Problem, "What was asked makes no sense"),
};

/** Of routes about one thing. */
export const notFound: { 404: Answer<typeof Problem> } = {
  404: asJson(Problem, "No such thing; `hint` names the nearest one"),
};

/** Of routes that change something. */
export const guarded: {
  400: Answer<typeof Problem>;
  403: Answer<typeof Problem>;
  415: Answer<typeof Problem>;
} = {
  ...badRequest,
  403: asJson(Problem, "Asked by a page of another origin"),
  415: asJson(Problem, "The body is not JSON"),
};
