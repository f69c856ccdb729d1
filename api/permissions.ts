/** What every route needs: the one table for API and pages. What is not in it is not served. @module */
import type { Permission } from "engine";

/** What a request acts on, so that limits to groups of assets can be judged. */
export type Target = "request" | "job" | "run" | "backfill" | "backfill request";

/** What a route needs. */
export interface Need {
  /** `public`: nothing, not even a name. `self`: to be somebody; it is about their own account. */
  readonly permission: Permission | "public" | "self";
  /** What it acts on; not given: the whole installation. */
  readonly target?: Target;
  /** Public, but those who may look are told more. */
  readonly tellsMore?: boolean;
}

const view: Need = { permission: "view" };
const open: Need = { permission: "public" };
const own: Need = { permission: "self" };
const administer: Need = { permission: "administer" };
const operate: Need = { permission: "operate" };
const on = (permission: Permission, target?: Target): Need =>
  target === undefined ? { permission } : { permission, target };

/** Method and path of every route, with what it needs. HEAD needs what GET needs. */
export const NEEDS: Readonly<Record<string, Need>> = {
  // Probes know no password; they are told no more than which dependency answers.
  "GET /health": { permission: "public", tellsMore: true },
  "GET /ready": open,
  "GET /version": open,

  "GET /events": view,
  // Asset and job names are in it: a scraper brings a token of the role Ops.
  "GET /metrics": view,
  "GET /api/openapi.json": view,
  "GET /api/v1/about": view,
  "GET /api/v1/overview": view,
  "GET /api/v1/lineage": view,
  "GET /api/v1/assets": view,
  "GET /api/v1/assets/:name": view,
  "GET /api/v1/assets/:name/history": view,
  "GET /api/v1/assets/:name/partitions": view,
  "GET /api/v1/assets/:name/why": view,
  "GET /api/v1/assets/:name/evaluations": view,
  // Names with slashes in them, which are read only.
  "ALL /api/v1/assets/*": view,
  "GET /api/v1/jobs": view,
  "GET /api/v1/sensors": view,
  "GET /api/v1/runs": view,
  "GET /api/v1/runs/:id": view,
  "GET /api/v1/simulation": view,
  "GET /api/v1/quality": view,
  "GET /api/v1/events": view,
  "GET /api/v1/alerts": view,
  "GET /api/v1/alert-rules": view,
  "POST /api/v1/alert-rules/:name": administer,
  "GET /api/v1/silences": view,
  "POST /api/v1/alerts/test": operate,
  "POST /api/v1/alerts/:id/acknowledge": operate,
  "POST /api/v1/events/send-again": operate,
  "POST /api/v1/silences": operate,
  "POST /api/v1/silences/:id/end": operate,
  // Names, hosts and logins; secrets never come out.
  "GET /api/v1/connections": view,
  "POST /api/v1/connections/:name": administer,
  "POST /api/v1/connections/:name/remove": administer,
  "POST /api/v1/connections/:name/test": administer,
  "POST /api/v1/connection-keys/rotate": administer,
  "GET /api/v1/workers": view,
  "GET /api/v1/pools": view,
  "GET /api/v1/backfills": view,
  "GET /api/v1/backfills/:id": view,
  // These change nothing, though they are asked by POST.
  "POST /api/v1/plan": view,
  "POST /api/v1/backfills/plan": view,

  "GET /api/v1/runs/:id/logs": on("logs"),

  "POST /api/v1/runs": on("trigger", "request"),
  "POST /api/v1/jobs/:name/trigger": on("trigger", "job"),
  "POST /api/v1/backfills": on("trigger", "backfill request"),
  "POST /api/v1/runs/:id/cancel": on("cancel", "run"),
  "POST /api/v1/runs/:id/steps/:step/cancel": on("cancel", "run"),
  "POST /api/v1/runs/cancel": on("cancel"),
  "POST /api/v1/backfills/:id/pause": on("cancel", "backfill"),
  "POST /api/v1/backfills/:id/resume": on("trigger", "backfill"),
  "POST /api/v1/backfills/:id/cancel": on("cancel", "backfill"),
  "POST /api/v1/runs/:id/retry": on("retry", "run"),
  "POST /api/v1/runs/retry": on("retry"),

  "POST /api/v1/switches": operate,
  "POST /api/v1/schedules/:name/tick": operate,
  // It lets the code of the sensor look with whatever it is told.
  "POST /api/v1/sensors/:name/sense": operate,
  "POST /api/v1/pools/:name": operate,

  // How one becomes somebody. The answers of the rest tell only of the session that asks.
  "POST /api/auth/sign-in/email": open,
  "POST /api/auth/sign-in/social": open,
  "GET /api/auth/callback/:id": open,
  "POST /api/auth/two-factor/verify-totp": open,
  "POST /api/auth/two-factor/verify-backup-code": open,
  "POST /api/auth/sign-out": open,
  "GET /api/auth/get-session": open,
  "POST /api/v1/access/welcome": open,
  "GET /login": open,
  "GET /welcome": open,
  "GET /api/v1/access/me": own,
  "POST /api/auth/change-password": own,
  "POST /api/auth/revoke-other-sessions": own,
  "POST /api/auth/two-factor/enable": own,
  "POST /api/auth/two-factor/disable": own,
  "GET /account": own,
  "GET /api/v1/access/audit": administer,
  "GET /audit": administer,

  "GET /favicon.svg": open,
  "GET /favicon.ico": open,
  "GET /static/:hash/:name": open,
  "GET /": view,
  "GET /lineage": view,
  "GET /lineage/bar": view,
  "GET /lineage/match": view,
  "GET /lineage/panel/:name{.+}": view,
  "GET /assets": view,
  "GET /assets/:name{.+}": view,
  "GET /runs": view,
  "GET /runs/:id": view,
  "GET /backfills": view,
  "GET /plan": view,
  "GET /automation": view,
  "GET /automation/ahead": view,
  "GET /quality": view,
  "GET /outbox": view,
  "GET /alerts": view,
  "GET /runbook": view,
  "GET /connections": view,
  "GET /workers": view,
};
