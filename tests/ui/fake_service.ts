/** A service that lives in memory, so that API and pages are tested without an engine. @module */
import {
  type AssetCard,
  type AssetChoice,
  type AssetStatus,
  assetStatuses,
  type AssetView,
  type CancelRequest,
  type Change,
  type CheckView,
  chosenAssets,
  type Counts,
  type EvaluationsView,
  type EvaluationView,
  type EventFilter,
  type EventView,
  type FreshnessState,
  type JobView,
  type Json,
  type LogLine,
  type ManyRunsRequest,
  type ManyRunsView,
  type MaterializationView,
  type MaterializeRequest,
  nearest,
  type PartitionView,
  type PlanView,
  type RerunRequest,
  type RunStatus,
  type RunSummary,
  type RunView,
  type Service,
  type SimulateRequest,
  type StepStatus,
  type StepView,
  UnknownName,
  type WhyView,
} from "engine";
import { declared, type FakeAsset, fakeAssets } from "./fake_assets.ts";
import { FakeAlerts } from "./fake_alerts.ts";
import { FakeConnections } from "./fake_connections.ts";
import { fakeSimulation } from "./fake_simulation.ts";

const hour = 3_600_000;

/** A service with fixtures; `now` is the instant all of it is seen from. */
export class FakeService extends FakeAlerts implements Service {
  readonly connections: FakeConnections;
  /** What was paused: `schedule:nightly`. */
  readonly paused = new Set<string>();
  /** Makes every dependency but Postgres fail, or Postgres too. */
  down: string[] = [];
  /** How long a fake step takes, ms. */
  stepMs = 300;
  readonly #assets: FakeAsset[] = fakeAssets();
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #runs: RunView[];
  readonly #log = new Map<string, LogLine[]>();
  readonly #now: number;
  #cuts = 0;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();

  constructor(now: Date = new Date("2025-01-28T08:30:00Z")) {
    super(now);
    this.#now = now.getTime();
    this.connections = new FakeConnections(now);
    this.#runs = fakeRuns(this.#now);
    this.#log.set("7f3a91c2", fakeLog(this.#now - 94_000));
  }

  /** How many listen to the changes. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** Sends a change to everybody who listens. */
  emit(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }

  /** Sets a status and tells. */
  setStatus(name: string, status: AssetStatus): void {
    const asset = this.#find(name);
    asset.status = status;
    if (status === "fresh") asset.hours = 0;
    this.emit({ type: "asset", asset: this.#card(asset) });
  }

  /** Breaks the stream of changes; what happens meanwhile is told to nobody. */
  cut(meanwhile: () => void): void {
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    meanwhile();
    this.#cuts++;
    for (const listener of listeners) listener({ type: "log", run: "" });
  }

  /** Appends to the log of a run and tells. */
  writeLog(run: string, message: string, level: LogLine["level"] = "info"): void {
    const lines = this.#log.get(run) ?? [];
    this.#log.set(run, lines);
    const id = String(lines.length + 1);
    const at = iso(this.#now);
    lines.push({ id, at, step: "s1", asset: "features/activity", level, message, fields: null });
    this.emit({ type: "log", run });
  }

  /** Ends all pending work. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  about() {
    return Promise.resolve({
      version: "0.1.0",
      startedAt: iso(this.#now - 26 * hour),
      adapters: {
        postgres: "embedded" as const,
        online: "postgres" as const,
        events: "outbox" as const,
        objects: "file",
      },
      counts: {
        assets: this.#assets.length,
        jobs: 4,
        sensors: 2,
        workers: 2,
        runs: this.#runs.length,
      },
      asOf: "48213",
    });
  }

  health() {
    const names = ["postgres", "redis", "kafka", "objects", "workers"];
    const dependencies = names.map((name) => ({
      name,
      ok: !this.down.includes(name),
      required: name === "postgres" || name === "workers",
      detail: this.down.includes(name) ? `Cannot reach ${name}: "connection refused"` : "answers",
      latencyMs: this.down.includes(name) ? null : 0.8,
    }));
    return Promise.resolve({ ok: dependencies.every((d) => d.ok || !d.required), dependencies });
  }

  async overview() {
    const cards = this.#assets.map((asset) => this.#card(asset));
    const failed = this.#runs.filter((view) => view.run.status === "failed");
    return {
      assets: countBy(assetStatuses, cards.map((card) => card.status)),
      freshness: countBy(["ok", "warn", "late", "none"], cards.map((card) => card.freshness)),
      runs: (await this.runs()).counts,
      failingChecks: this.#checks("models/mood").filter((check) => check.passed === false),
      openAlerts: (await this.alerts()).filter((alert) => alert.resolvedAt === null),
      jobs: await this.jobs(),
      recentFailures: failed.flatMap(({ run, steps }) =>
        steps.filter((step) => step.error !== null).map((step) => ({
          run: run.id,
          asset: step.asset,
          partition: step.partition,
          message: step.error!.message,
          at: step.endedAt!,
        }))
      ),
      recentRuns: this.#runs.slice(0, 6).map((view) => view.run),
      staleTargets: this.#stale().length,
      asOf: "48213",
    };
  }

  lineage() {
    return Promise.resolve({
      nodes: this.#assets.map((asset) => this.#card(asset)),
      edges: this.#assets.flatMap((asset) =>
        asset.upstream.map((from) => ({ from, to: asset.name }))
      ),
      hash: "fake-30",
      staleTargets: this.#stale(),
      asOf: "48213",
    });
  }

  async assets({ selection, search = false }: AssetChoice = {}) {
    const { nodes } = await this.lineage();
    if (selection === undefined) return nodes;
    const cards = new Map(nodes.map((card) => [card.name, card]));
    const statuses = { asset: ({ name }: { name: string }) => cards.get(name)! };
    try {
      const assets = declared(this.#assets);
      return chosenAssets({ assets }, statuses, { selection, search }).map((a) =>
        statuses.asset(a)
      );
    } catch (error) {
      throw error instanceof SyntaxError ? new RangeError(error.message) : error;
    }
  }

  async asset(name: string): Promise<AssetView | undefined> {
    const asset = this.#assets.find((a) => a.name === name);
    if (asset === undefined) return undefined;
    const card = this.#card(asset);
    const history = await this.history(name, { limit: 1 });
    const partitions = (await this.partitions(name))!;
    return {
      card,
      description: `What \`${name}\` says about every user, as of the end of its partition.`,
      owners: ["ml-team"],
      kinds: [asset.kind],
      tags: { domain: card.group, tier: "1" },
      config: { window_days: 7, threshold: 0.5 },
      freshnessPolicy: "at most 26 h old",
      freshnessState: card.at === null ? "never built" : `built ${card.age}`,
      automation: "runs when an upstream changes, unless something upstream is missing",
      partitioning: asset.partitions === null ? null : {
        kind: asset.partitions,
        first: partitions.partitions[0]!.key,
        latest: partitions.partitions.at(-1)!.key,
        counts: partitions.counts,
      },
      checks: this.#checks(name),
      upstream: asset.upstream.map((up) => this.#card(this.#find(up))),
      downstream: this.#assets.filter((a) => a.upstream.includes(name)).map((a) => this.#card(a)),
      last: history[0] ?? null,
      lastFailure: asset.status !== "failed" ? null : {
        run: "0e99a3f4",
        asset: name,
        partition: "2025-01-27",
        message: "Cannot train: validation slice has 0 rows",
        at: iso(this.#now - 2 * hour),
      },
      jobs: [this.#jobOf(card.group)],
      codeVersion: "9ab41e07c1",
      freshnessTrack: freshnessTrack(this.#now, card.freshness),
    };
  }

  history(name: string, options: { limit?: number; before?: string } = {}) {
    const asset = this.#find(name);
    if (asset.hours === null) return Promise.resolve([]);
    const all: MaterializationView[] = Array.from({ length: 40 }, (_, i) => ({
      id: String(400 - i),
      at: iso(this.#now - asset.hours! * hour - i * 24 * hour),
      partition: asset.partitions === null ? null : dayKey(this.#now, i + 1),
      run: i === 0 ? "51bc0d17" : `run${1000 - i}`,
      version: String(90_400 - i),
      durationMs: 21_400 + 2_000 * Math.sin(i),
      codeVersion: i < 9 ? "9ab41e07c1" : "77c0a1f2be",
      dataVersion: `d${(i * 7919).toString(16)}`,
      inputs: asset.upstream.map((up) => ({ asset: up, version: String(80_000 - i) })),
      metadata: {
        rows: 181_240 - i * 90 + Math.round(500 * Math.sin(i * 1.7)),
        mae: 0.874 - 0.004 * Math.sin(i / 4),
        psi: Math.max(0.03, 0.118 - i * 0.006),
        table: "features.user_activity",
        model: "energy@v42",
      },
    }));
    const start = options.before === undefined
      ? 0
      : all.findIndex((entry) => entry.id === options.before) + 1;
    return Promise.resolve(all.slice(start, start + (options.limit ?? 50)));
  }

  partitions(name: string, options: { from?: string; limit?: number } = {}) {
    const asset = this.#assets.find((a) => a.name === name);
    if (asset === undefined) return Promise.resolve(undefined);
    const all = asset.partitions === null ? [] : fakePartitions(this.#now, asset);
    const from = options.from === undefined
      ? Math.max(0, all.length - (options.limit ?? 90))
      : all.findIndex((partition) => partition.key >= options.from!);
    return Promise.resolve({
      partitions: all.slice(from, from + (options.limit ?? 90)),
      counts: countBy(assetStatuses, all.map((partition) => partition.status)),
    });
  }

  evaluations(name: string, { limit = 50 } = {}): Promise<EvaluationsView | undefined> {
    const asset = this.#assets.find((a) => a.name === name);
    if (asset === undefined) return Promise.resolve(undefined);
    const evaluation = (hours: number, run: string | null): EvaluationView => ({
      at: iso(this.#now - hours * hour),
      partition: asset.partitions === null ? null : dayKey(this.#now, 1),
      now: run === null,
      requested: run !== null,
      run,
      reason: run === null ? "no upstream changed since it was asked for" : "an upstream changed",
      operands: [
        { text: "it is at rest", holds: true },
        {
          text: run === null ? "no upstream changed since it was asked for" : "an upstream changed",
          holds: run !== null,
        },
      ],
    });
    return Promise.resolve({
      asset: name,
      condition: "it is at rest and an upstream changed",
      evaluations: [
        evaluation(0, null),
        ...[evaluation(7, "51bc0d17"), evaluation(31, "run999")].slice(0, limit),
      ],
      leftOut: 3,
    });
  }

  why(name: string, partition?: string): Promise<WhyView | undefined> {
    const asset = this.#assets.find((a) => a.name === name);
    if (asset === undefined) return Promise.resolve(undefined);
    const slice = partition ?? (asset.partitions === null ? null : dayKey(this.#now, 1));
    const link = { asset: name, partition: slice, run: "51bc0d17" };
    const words = `"${name}" is ${asset.status}`;
    return Promise.resolve({
      asset: name,
      partition: slice,
      words,
      chain: [
        { ...link, kind: "code_changed", words: "the code changed since run 51bc0d17 built it" },
        { ...link, kind: asset.status, words },
      ],
      also: [{ ...link, kind: "no_automation", words: `nothing asks for "${name}" by itself` }],
    });
  }

  jobs(): Promise<readonly JobView[]> {
    const job = (name: string, selection: string, cron: string, hours: number, assets: number) => ({
      name,
      description: `Everything of ${selection}`,
      selection,
      assets,
      cron,
      timezone: "UTC",
      enabled: name !== "data_quality_pipeline" && !this.paused.has(`schedule:${name}`),
      paused: this.paused.has(`schedule:${name}`),
      nextTicks: name === "data_quality_pipeline"
        ? []
        : [0, 1, 2].map((i) => iso(this.#now + (hours + 24 * i) * hour)),
      catchUp: "latest" as const,
      jitterSeconds: name === "prediction_pipeline" ? 600 : 0,
      lastTick: {
        at: iso(this.#now - 2 * hour),
        outcome: name === "prediction_pipeline" ? "failed" as const : "requested" as const,
        result: name === "prediction_pipeline"
          ? "Cannot choose a slice: the calendar is gone"
          : `requested at ${iso(this.#now - 2 * hour)}`,
      },
      last: { run: "51bc0d17", status: "success" as const, at: iso(this.#now - 2 * hour) },
    });
    return Promise.resolve([
      job("feature_engineering_pipeline", "group:features", "0 */6 * * *", 3.5, 6),
      job("ml_training_pipeline", "group:training or group:models", "0 2 * * *", 17.5, 7),
      job("prediction_pipeline", "group:predictions", "0 6 * * *", 21.5, 8),
      job("data_quality_pipeline", "group:quality", "0 */4 * * *", 3.5, 5),
    ]);
  }

  sensors() {
    return Promise.resolve([
      {
        name: "new_life_events",
        description: "Runs the features when enough new events have arrived",
        enabled: !this.paused.has("sensor:new_life_events"),
        paused: this.paused.has("sensor:new_life_events"),
        failures: 0,
        intervalSeconds: 30,
        cursor: "created_at=2025-01-28T08:29:12Z",
        lastTickAt: iso(this.#now - 12_000),
        lastResult: "requested features/* [2025-01-28T06] because 1,204 events arrived",
        lastOutcome: "requested" as const,
        lastRun: "7f3a91c2",
        nextTickAt: iso(this.#now + 18_000),
      },
      {
        name: "stale_integrations",
        description: "Runs the quality report when an integration falls silent",
        enabled: true,
        paused: false,
        failures: 0,
        intervalSeconds: 300,
        cursor: null,
        lastTickAt: iso(this.#now - 120_000),
        lastResult: "requested nothing: no integration is older than 48 h",
        lastOutcome: "skipped" as const,
        lastRun: null,
        nextTickAt: iso(this.#now + 180_000),
      },
    ]);
  }

  runs(
    filter: {
      status?: RunStatus | undefined;
      job?: string | undefined;
      asset?: string | undefined;
      backfill?: string | undefined;
      cursor?: string | undefined;
      limit?: number | undefined;
    } = {},
  ) {
    const all = this.#runs.filter((view) =>
      (filter.status === undefined || view.run.status === filter.status) &&
      (filter.job === undefined || view.run.job === filter.job) &&
      (filter.backfill === undefined || filter.backfill === backfillOf(view.run)) &&
      (filter.asset === undefined || view.steps.some((step) => step.asset === filter.asset))
    );
    const start = filter.cursor === undefined ? 0 : Number(filter.cursor);
    const end = start + (filter.limit ?? 50);
    return Promise.resolve({
      runs: all.slice(start, end).map((view) => view.run),
      next: end < all.length ? String(end) : null,
      counts: countBy(
        ["queued", "running", "success", "failed", "cancelled"],
        this.#runs.map((view) => view.run.status),
      ),
    });
  }

  run(id: string) {
    return Promise.resolve(this.#runs.find((view) => view.run.id === id));
  }

  logs(run: string, filter: { step?: string; after?: string; limit?: number } = {}) {
    const lines = (this.#log.get(run) ?? []).filter((line) =>
      (filter.step === undefined || line.step === filter.step) &&
      (filter.after === undefined || Number(line.id) > Number(filter.after))
    );
    return Promise.resolve(
      filter.after === undefined
        ? lines.slice(-(filter.limit ?? 1000))
        : lines.slice(0, filter.limit ?? 1000),
    );
  }

  metrics() {
    return Promise.resolve("# TYPE aurora_workers gauge\naurora_workers 1\n");
  }

  quality(partition?: string) {
    const keys = Array.from({ length: 14 }, (_, i) => dayKey(this.#now, i + 1));
    const key = partition ?? keys[0]!;
    if (!keys.includes(key)) return Promise.resolve(undefined);
    return Promise.resolve(fakeQuality(key, keys, this.#now));
  }

  sendAgain(ids?: readonly string[]) {
    return Promise.resolve({ events: ids?.length ?? 1 });
  }

  events(options: EventFilter = {}) {
    const topics = ["aurora.features.updated", "aurora.predictions.generated"];
    const all: EventView[] = Array.from({ length: 24 }, (_, i) => ({
      id: String(900 - i),
      topic: topics[i % 2]!,
      key: i % 2 === 0 ? "features/online" : `user-${i}`,
      eventId: `0190d1f2-0000-7000-8000-0000000000${String(10 + i)}`,
      schemaVersion: 1,
      run: "51bc0d17",
      payload: { partition: "2025-01-27", rows: 500 + i },
      createdAt: iso(this.#now - i * 60_000),
      sentAt: i < 3 ? null : iso(this.#now - i * 60_000 + 900),
      refusedAt: i === 2 ? iso(this.#now - 60_000) : null,
      refusedReason: i === 2 ? "MESSAGE_TOO_LARGE: larger than the server will accept" : null,
    }));
    return Promise.resolve({
      events: all.filter((event) =>
        (options.topic === undefined || event.topic === options.topic) &&
        (!options.refused || event.refusedAt !== null)
      )
        .slice(0, options.limit ?? 100),
      topics: [
        { topic: topics[0]!, count: 12, unsent: 1, refused: 1 },
        { topic: topics[1]!, count: 12, unsent: 1, refused: 0 },
      ],
    });
  }

  setPaused(name: string, paused: boolean) {
    const changed = this.paused.has(name) !== paused;
    if (paused) this.paused.add(name);
    else this.paused.delete(name);
    return Promise.resolve({ name, paused, changed });
  }

  tick(
    name: string,
    { at, dryRun }: { at?: string | undefined; dryRun?: boolean | undefined } = {},
  ) {
    const tick = at ?? iso(this.#now);
    const reason = `schedule "${name}" at ${tick}`;
    return Promise.resolve({
      name,
      tick,
      actsAt: tick,
      key: `schedule:${name}:${tick}`,
      reason,
      steps: [{ asset: "features/activity", partition: "2025-01-27T06", reason }],
      run: dryRun ? null : "7f3a91c2",
    });
  }

  sense(name: string, { cursor }: { cursor?: Json | undefined } = {}) {
    const request = { asset: "features/activity", partition: "2025-01-27T06", key: "1" };
    const requests = [{ ...request, reason: "12 events arrived" }];
    return Promise.resolve({ name, requests, cursor: cursor ?? null });
  }

  simulate(request: SimulateRequest) {
    return Promise.resolve(fakeSimulation(new Date(this.#now), request));
  }

  plan(request: MaterializeRequest): Promise<PlanView> {
    const names = this.#targets(request);
    return Promise.resolve({
      steps: names.map((asset) => ({
        asset,
        partition: request.partitions?.[0] ?? null,
        reason: request.reason ?? "asked for",
        needs: this.#find(asset).upstream.filter((up) => names.includes(up)),
        expectedMs: 21_400,
      })),
      expectedMs: 42_800,
      becomesStale: [],
    });
  }

  materialize(request: MaterializeRequest) {
    const names = this.#targets(request);
    this.calls.push(`materialize ${names.join(" ")} ${request.partitions?.join(" ") ?? ""}`.trim());
    const id = `new${this.#runs.length}`;
    this.#runs.unshift(startedRun(id, names, request, this.#now));
    this.emit({ type: "run", run: this.#runs[0]!.run });
    for (const name of names) this.setStatus(name, "running");
    this.#timers.add(setTimeout(() => {
      for (const name of names) this.setStatus(name, "fresh");
      const index = this.#runs.findIndex((view) => view.run.id === id);
      this.#runs[index] = endedRun(this.#runs[index]!, this.#now + this.stepMs);
      this.emit({ type: "run", run: this.#runs[index]!.run });
    }, this.stepMs));
    return Promise.resolve({ run: id, steps: names.length });
  }

  async trigger(name: string, options: { partition?: string } = {}) {
    const jobs = await this.jobs();
    const job = jobs.find((j) => j.name === name);
    if (job === undefined) {
      throw new UnknownName("job", name, nearest(name, jobs.map((j) => j.name)));
    }
    this.calls.push(`trigger ${name} ${options.partition ?? ""}`.trim());
    return { run: "7f3a91c2", steps: job.assets };
  }

  async cancel(id: string, { by }: CancelRequest = {}): Promise<void> {
    if (await this.run(id) === undefined) throw new UnknownName("run", id, undefined);
    this.calls.push(["cancel", id, by].filter(Boolean).join(" "));
  }

  async cancelStep(id: string, step: string, { by }: CancelRequest = {}): Promise<void> {
    if (await this.run(id) === undefined) throw new UnknownName("run", id, undefined);
    this.calls.push(["cancel", id, "step", step, by].filter(Boolean).join(" "));
  }

  async retry(id: string, request: RerunRequest = {}) {
    if (await this.run(id) === undefined) throw new UnknownName("run", id, undefined);
    const { triggeredBy: _by, ...asked } = request;
    const words = Object.entries(asked).map(([name, value]) => `${name}=${value}`);
    this.calls.push(["retry", id, ...words].join(" "));
    return { run: "7f3a91c2", steps: 2 };
  }

  cancelRuns(request: ManyRunsRequest): Promise<ManyRunsView> {
    this.calls.push(`cancel ${JSON.stringify(request)}`);
    return Promise.resolve({ matched: 0, runs: [], done: [], refused: [] });
  }

  retryRuns(request: ManyRunsRequest): Promise<ManyRunsView> {
    this.calls.push(`retry ${JSON.stringify(request)}`);
    return Promise.resolve({ matched: 0, runs: [], done: [], refused: [] });
  }

  async *changes(signal: AbortSignal): AsyncIterable<Change> {
    const cuts = this.#cuts;
    const queue: Change[] = [];
    let wake = () => {};
    const listener = (change: Change) => {
      queue.push(change);
      wake();
    };
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => wake());
    try {
      while (!signal.aborted) {
        if (this.#cuts > cuts) throw new Error("Cannot read changes: the connection was cut");
        const change = queue.shift();
        if (change !== undefined) yield change;
        else await new Promise<void>((resolve) => wake = resolve);
      }
    } finally {
      this.#listeners.delete(listener);
    }
  }

  #find(name: string): FakeAsset {
    const asset = this.#assets.find((a) => a.name === name);
    if (asset !== undefined) return asset;
    throw new UnknownName("asset", name, nearest(name, this.#assets.map((a) => a.name)));
  }

  #stale(): string[] {
    return this.#assets.filter((a) => ["stale", "failed", "blocked", "missing"].includes(a.status))
      .map((a) => a.name);
  }

  #targets(request: MaterializeRequest): string[] {
    if (request.stale) {
      const stale = this.#stale();
      return request.assets ? stale.filter((name) => request.assets!.includes(name)) : stale;
    }
    if (request.assets) return request.assets.map((name) => this.#find(name).name);
    const group = request.selection?.replace("group:", "");
    return this.#assets.map((a) => a.name)
      .filter((name) => name === request.selection || name.startsWith(`${group}/`));
  }

  #jobOf(group: string): string {
    if (group === "predictions") return "prediction_pipeline";
    return group === "features" ? "feature_engineering_pipeline" : "ml_training_pipeline";
  }

  #card(asset: FakeAsset): AssetCard {
    const words: Record<AssetStatus, string> = {
      missing: "Never built",
      fresh: "Fresh",
      stale: "Stale",
      running: "Running",
      failed: "Failed",
      blocked: "Blocked",
    };
    const at = asset.hours === null ? null : iso(this.#now - asset.hours * hour);
    const partitions = asset.partitions === null ? [] : fakePartitions(this.#now, asset);
    return {
      name: asset.name,
      group: asset.name.split("/")[0]!,
      kind: asset.kind,
      status: asset.status,
      statusWord: words[asset.status],
      at,
      age: age(asset.hours),
      freshness: freshnessOf(asset.hours),
      partitionCounts: asset.partitions === null
        ? null
        : countBy(assetStatuses, partitions.map((partition) => partition.status)),
      causes: causesOf(asset),
    };
  }

  #checks(asset: string): CheckView[] {
    const check = (name: string, passed: boolean, message: string, blocking: boolean) => ({
      asset,
      name,
      description: `Says whether ${name.replaceAll("_", " ")}`,
      severity: blocking ? "critical" as const : "warning" as const,
      blocking,
      passed,
      message,
      at: iso(this.#now - 2 * hour),
      partition: "2025-01-27",
      run: "51bc0d17",
    });
    const ok = asset !== "models/mood";
    return [
      check("no_null_values", true, "0 of 181,240 rows", true),
      check("in_range", true, "min 0.004, max 0.981", true),
      check("row_count_steady", true, "+0.4 % against the day before", false),
      check("psi_vs_training", ok, ok ? "PSI 0.08" : "PSI 0.118 is over 0.1", false),
    ];
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function dayKey(now: number, daysAgo: number): string {
  return iso(now - daysAgo * 24 * hour).slice(0, 10);
}

function age(hours: number | null): string {
  if (hours === null) return "never";
  if (hours === 0) return "just now";
  if (hours < 1) return `${Math.round(hours * 60)} min ago`;
  return hours < 48 ? `${Math.round(hours)} h ago` : `${Math.round(hours / 24)} d ago`;
}

function freshnessOf(hours: number | null): FreshnessState {
  if (hours === null) return "none";
  if (hours > 30) return "late";
  return hours > 23 ? "warn" : "ok";
}

function causesOf(asset: FakeAsset): string[] {
  const up = asset.upstream[0] ?? "its table";
  if (asset.status === "stale") return [`${up} [2025-01-28T00] changed at 06:02`];
  if (asset.status === "blocked") return ["models/mood failed at 06:31, so this waits"];
  if (asset.status === "failed") return ["Cannot train: validation slice has 0 rows"];
  return [];
}

function countBy<S extends string>(names: readonly S[], found: readonly S[]): Counts<S> {
  return Object.fromEntries(
    names.map((name) => [name, found.filter((f) => f === name).length]),
  ) as Counts<S>;
}

function fakePartitions(now: number, asset: FakeAsset): PartitionView[] {
  return Array.from({ length: 120 }, (_, i): PartitionView => {
    const daysAgo = 120 - i;
    const key = dayKey(now, daysAgo) + (asset.partitions === "six-hourly" ? "T06" : "");
    const status = partitionStatus(daysAgo, asset.status);
    const at = status === "missing" ? null : iso(now - daysAgo * 24 * hour);
    return { key, status, at, run: at === null ? null : "51bc0d17" };
  });
}

function partitionStatus(daysAgo: number, latest: AssetStatus): AssetStatus {
  if (latest === "missing") return "missing";
  if (daysAgo === 1) return latest;
  if (daysAgo === 31 || daysAgo === 32) return "failed";
  if (daysAgo === 47) return "missing";
  return daysAgo < 5 && latest === "stale" ? "stale" : "fresh";
}

function freshnessTrack(now: number, latest: FreshnessState) {
  const parts: [FreshnessState, number][] = [
    ["ok", 30],
    ["warn", 4],
    ["ok", 28],
    ["ok", 32],
    ["warn", 8],
    ["late", 6],
    ["ok", 20],
    ["warn", 2],
    ["ok", 32],
    [latest, 6],
  ];
  let at = now - 168 * hour;
  return parts.map(([state, hours]) => {
    const from = at;
    at += hours * hour;
    return { from: iso(from), to: iso(at), state };
  });
}

const backfillOf = ({ triggeredBy }: RunSummary) =>
  /^backfill (.+)$/.exec(triggeredBy)?.[1] ?? "none";

const noSteps: Counts<StepStatus> = {
  waiting: 0,
  queued: 0,
  running: 0,
  success: 0,
  failed: 0,
  skipped: 0,
  cancelled: 0,
};

function startedRun(
  id: string,
  names: readonly string[],
  request: MaterializeRequest,
  now: number,
): RunView {
  return {
    run: {
      id,
      status: "running",
      job: null,
      title: names.slice(0, 3).join(", "),
      partition: request.partitions?.[0] ?? null,
      triggeredBy: request.triggeredBy ?? "api",
      reason: request.reason ?? "asked for",
      createdAt: iso(now),
      startedAt: iso(now),
      endedAt: null,
      steps: { ...noSteps, running: names.length },
      error: null,
      parent: null,
      code: null,
      codeBefore: null,
    },
    steps: names.map((asset, i) => step(`s${i}`, asset, 0, 0.05, null, "running", now)),
  };
}

function endedRun(view: RunView, now: number): RunView {
  const steps = { ...noSteps, success: view.steps.length };
  return {
    run: { ...view.run, status: "success", endedAt: iso(now), steps },
    steps: view.steps.map((s) => ({ ...s, status: "success", endedAt: iso(now) })),
  };
}

function step(
  id: string,
  asset: string,
  ready: number,
  start: number | null,
  end: number | null,
  status: StepStatus,
  origin: number,
  critical = false,
): StepView {
  const at = (seconds: number | null) => seconds === null ? null : iso(origin + seconds * 1000);
  const error = status !== "failed" ? null : {
    message: "Cannot train: validation slice has 0 rows",
    cause: ["Cannot split by time: 0 of 5,120 rows are after 2025-01-14"],
    stack: "RangeError: Cannot split by time\n    at split (ml/train/split.ts:41:11)",
  };
  const one = { readyAt: at(ready), startedAt: at(start), endedAt: at(end), error };
  const attempt = { attempt: 1, status, worker: "worker-1", ...one };
  return {
    id,
    asset,
    partition: "2025-01-27",
    status,
    reason: `${asset} is stale because an upstream changed at 06:02`,
    ...one,
    attempts: [attempt],
    needs: [],
    critical,
  };
}

function fakeRuns(now: number): RunView[] {
  const summary = (
    id: string,
    status: RunStatus,
    job: string | null,
    title: string,
    triggeredBy: string,
    agoMs: number,
    durationMs: number | null,
  ): RunSummary => ({
    id,
    status,
    job,
    title,
    partition: "2025-01-27",
    triggeredBy,
    reason: `${triggeredBy} asked for [2025-01-27]`,
    createdAt: iso(now - agoMs),
    startedAt: status === "queued" ? null : iso(now - agoMs + 200),
    endedAt: durationMs === null ? null : iso(now - agoMs + durationMs),
    steps: status === "success"
      ? { ...noSteps, success: 6 }
      : status === "failed"
      ? { ...noSteps, success: 3, failed: 1, skipped: 1 }
      : status === "running"
      ? { ...noSteps, success: 6, running: 2, waiting: 1 }
      : { ...noSteps, queued: 4 },
    error: status === "failed" ? "Cannot train: validation slice has 0 rows" : null,
    parent: null,
    code: id === "7f3a91c2" ? "3f9a0c12be77" : null,
    codeBefore: id === "7f3a91c2" ? "88aa01d2c3f4" : null,
  });
  const origin = now - 94_000;
  const running: RunView = {
    run: summary(
      "7f3a91c2",
      "running",
      "feature_engineering_pipeline",
      "group:features",
      "schedule feature_engineering_pipeline",
      94_000,
      null,
    ),
    steps: runningSteps(origin),
  };
  const failed: RunView = {
    run: summary(
      "0e99a3f4",
      "failed",
      "ml_training_pipeline",
      "group:training or group:models",
      "schedule ml_training_pipeline",
      2 * hour,
      48_000,
    ),
    steps: [
      step("s1", "training/extract_training_data", 0, 0.2, 14, "success", now - 2 * hour, true),
      step("s2", "training/engineered", 14, 14.1, 22, "success", now - 2 * hour, true),
      step("s3", "models/energy", 22, 22.2, 41, "success", now - 2 * hour),
      step("s4", "models/mood", 22, 24, 48, "failed", now - 2 * hour, true),
      step("s5", "training/published", 48, null, null, "skipped", now - 2 * hour),
    ],
  };
  const others: [string, RunStatus, string | null, string, string, number, number | null][] = [
    ["51bc0d17", "success", null, "features/activity", "ui", 2.2 * hour, 22_100],
    ["3f02dd91", "queued", null, "features/sleep and 3 more", "cli", 3 * hour, null],
    ["99e0c5aa", "success", "data_quality_pipeline", "group:quality", "schedule", 8 * hour, 69_000],
    ["8a11b2c3", "success", null, "ml_training_pipeline", "backfill 2", 25 * hour, 69_000],
    ["1d6b7f38", "cancelled", null, "models/stress", "ui", 26 * hour, 31_000],
    [
      "be40a2d6",
      "success",
      "prediction_pipeline",
      "group:predictions",
      "schedule",
      26 * hour,
      124e3,
    ],
  ];
  return [
    running,
    failed,
    ...others.map(([id, status, job, title, by, agoMs, durationMs]) => ({
      run: summary(id, status, job, title, by, agoMs, durationMs),
      steps: [
        step("s1", title, 0, 0.2, durationMs === null ? null : durationMs / 1000, "success", now),
      ],
    })),
  ];
}

function runningSteps(origin: number): StepView[] {
  const retried = step("s3", "features/exercise", 9.2, 18, 27.5, "success", origin);
  const first = step("s3", "features/exercise", 9.2, 9.3, 16, "failed", origin).attempts[0]!;
  return [
    step("s1", "features/activity", 0, 0.3, 14.1, "success", origin, true),
    step("s2", "features/social", 0, 0.35, 9.2, "success", origin),
    {
      ...retried,
      attempts: [
        first,
        { ...retried.attempts[0]!, attempt: 2, readyAt: iso(origin + 16_000) },
      ],
    },
    step("s4", "features/sleep", 14.1, 14.3, 45, "success", origin, true),
    step("s5", "features/circadian", 45, 45.2, null, "running", origin, true),
    step("s6", "features/online", 45, 52, null, "running", origin),
    step("s7", "predictions/energy", 94, null, null, "waiting", origin),
  ];
}

function fakeLog(origin: number): LogLine[] {
  const lines: [number, string | null, LogLine["level"], string][] = [
    [0, null, "event", "run started: 7 steps, 2 workers, partition 2025-01-27"],
    [0.3, "features/activity", "event", "started, attempt 1"],
    [0.35, "features/social", "event", "started, attempt 1"],
    [4.2, "features/activity", "info", "read 181,240 events in 3.9 s (46k rows/s)"],
    [9.2, "features/social", "event", "materialized 500 rows"],
    [9.3, "features/exercise", "event", "started, attempt 1"],
    [16, "features/exercise", "error", 'Cannot read events: "connection reset"'],
    [16.01, "features/exercise", "warn", "attempt 2 of 3 in 2.0 s"],
    [18, "features/exercise", "event", "started, attempt 2"],
    [27.5, "features/exercise", "event", "materialized 500 rows"],
    [45, "features/sleep", "event", "materialized 500 rows"],
    [45.2, "features/circadian", "event", "started, attempt 1"],
    [61, "features/circadian", "debug", "phase shift of 12 users is over 3 h"],
    [80, "features/circadian", "info", "320 of 500 users"],
  ];
  return lines.map(([seconds, asset, level, message], i) => ({
    id: String(i + 1),
    at: iso(origin + seconds * 1000),
    step: asset === null ? null : `s${i}`,
    asset,
    level,
    message,
    fields: null,
  }));
}

function fakeQuality(partition: string, keys: readonly string[], now: number) {
  const rule = (
    table: string,
    name: string,
    severity: "critical" | "error" | "warning",
    checked: number,
    found: number,
  ) => ({
    rule: name,
    table,
    severity,
    description: `Rows where ${name.replaceAll("_", " ")}`,
    checked,
    found,
    rate: found / checked,
    samples: Array.from({ length: Math.min(found, 10) }, (_, i) => ({ id: 1000 + i })),
  });
  return {
    partition,
    at: iso(now - hour),
    score: 98.7,
    found: { critical: 2, error: 21, warning: 10 },
    tables: [
      { table: "life_events", rows: 512_440, score: 99.4, found: 14 },
      { table: "users", rows: 500, score: 97.8, found: 8 },
      { table: "integrations", rows: 740, score: 96.1, found: 11 },
      { table: "gamification", rows: 2_210, score: 100, found: 0 },
    ],
    rules: [
      rule("life_events", "duplicate", "error", 512_440, 12),
      rule("life_events", "in_the_future", "critical", 512_440, 2),
      rule("users", "malformed_email", "error", 500, 5),
      rule("users", "premium_user_unseen", "warning", 500, 3),
      rule("integrations", "stale_sync", "warning", 740, 7),
      rule("integrations", "incomplete_sync", "error", 740, 4),
      rule("gamification", "negative_xp", "critical", 2_210, 0),
    ],
    trend: keys.map((key, i) => ({
      partition: key,
      score: 98.7 - Math.abs(Math.sin(i)),
      found: 33 + i,
    })).reverse(),
    partitions: keys,
  };
}
