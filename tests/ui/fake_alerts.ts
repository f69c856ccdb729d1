import {
  type AlertService,
  type AlertView,
  type SilenceRequest,
  type SilenceView,
  UnknownName,
} from "engine";
import { FakeAlertRules } from "./fake_alert_rules.ts";

const HOUR = 3_600_000;

const plain = { deliveries: [], acknowledged: null, silence: null, resolvedAt: null } as const;

/** Hours before an instant, as text. */
const beforeOf = (now: Date) => (hours: number) =>
  new Date(now.getTime() - hours * HOUR).toISOString();

function alertsAt(before: (hours: number) => string): readonly AlertView[] {
  const sent = (channel: string, hours: number) => ({
    channel,
    phase: "open" as const,
    sends: 1,
    sentAt: before(hours),
    failures: 0,
    error: null,
    nextAt: null,
  });

  return [
    {
      ...plain,
      id: "a3",
      episode: "failed:models/mood",
      kind: "failed",
      severity: "error",
      asset: "models/mood",
      title: "models/mood failed",
      message: "Cannot train: validation slice has 0 rows",
      openedAt: before(2),
      run: "0e99a3f4",
      sentTo: ["log", "smtp"],
      deliveries: [sent("log", 2), sent("smtp", 2), {
        ...sent("webhook", 2),
        sends: 0,
        sentAt: null,
        failures: 4,
        error: 'Cannot call webhook at "hooks.example.com": it answered 503, not 200 to 299',
        nextAt: before(-0.05),
      }],
    },
    {
      ...plain,
      id: "a2",
      episode: "late:features/sleep",
      kind: "late",
      severity: "warning",
      asset: "features/sleep",
      title: "features/sleep is late",
      message: "Promised at most 6 h old, built 7 h ago",
      openedAt: before(1),
      run: null,
      sentTo: ["log"],
    },
    {
      ...plain,
      id: "a1",
      episode: "check:source/users:duplicate_email",
      kind: "check",
      severity: "critical",
      asset: "source/users",
      title: "duplicate_email failed",
      message: "2 users share an e-mail address",
      openedAt: before(30),
      resolvedAt: before(28),
      run: "99e0c5aa",
      sentTo: ["log", "webhook"],
      acknowledged: { by: "ada", at: before(29), note: "asked the registry" },
    },
  ];
}

/** Three alerts, one of them over, and what people did about them. */
export class FakeAlerts extends FakeAlertRules implements AlertService {
  readonly #changes = new Map<string, Partial<AlertView>>();
  readonly #silences: SilenceView[] = [];
  readonly #before: (hours: number) => string;
  readonly #alerts: readonly AlertView[];
  #tests = 0;

  constructor(now: Date) {
    super(now);
    this.#before = beforeOf(now);
    this.#alerts = alertsAt(this.#before);
  }

  alerts(): Promise<readonly AlertView[]> {
    return Promise.resolve(this.#alerts.map((a) => ({ ...a, ...this.#changes.get(a.id) })));
  }

  acknowledge(id: string, { by = "api", note = "" } = {}): Promise<AlertView> {
    const alert = this.#alerts.find((a) => a.id === id && a.resolvedAt === null);
    if (!alert) return Promise.reject(new UnknownName("open alert", id, undefined));
    this.#changes.set(id, { acknowledged: { by, at: this.#before(0), note } });
    return Promise.resolve({ ...alert, ...this.#changes.get(id) });
  }

  silences(): Promise<readonly SilenceView[]> {
    return Promise.resolve(this.#silences);
  }

  silence({ matcher, reason, by = "api" }: SilenceRequest): Promise<SilenceView> {
    const id = String(this.#silences.length + 1);
    const until = this.#before(-2);
    const made = {
      id,
      matcher,
      reason,
      by,
      at: this.#before(0),
      until,
      endedBy: null,
      active: true,
    };
    this.#silences.unshift(made);
    for (const a of this.#alerts) {
      if (a.asset === matcher.asset || a.episode === matcher.episode) {
        this.#changes.set(a.id, { ...this.#changes.get(a.id), silence: id });
      }
    }
    return Promise.resolve(made);
  }

  endSilence(id: string, { by = "api" } = {}): Promise<SilenceView> {
    const at = this.#silences.findIndex((s) => s.id === id);
    const found = this.#silences[at];
    if (!found) return Promise.reject(new UnknownName("silence that holds", id, undefined));
    this.#silences[at] = { ...found, active: false, endedBy: by };
    return Promise.resolve(this.#silences[at]);
  }

  testAlerts(): Promise<AlertView> {
    this.#tests++;
    return Promise.resolve({
      ...this.#alerts[1]!,
      id: `t${this.#tests}`,
      kind: "test",
      title: "This is a test",
    });
  }
}
