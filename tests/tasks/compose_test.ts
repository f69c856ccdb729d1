/** Who is in the compose file, and that they find each other. @module */
import { assert, assertEquals } from "@std/assert";
import { parse } from "yaml";

interface ComposeService {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly deploy?: { readonly replicas?: number };
}

const read = (name: string) => Deno.readTextFile(new URL(`../../${name}`, import.meta.url));
const services = async () =>
  (parse(await read("compose.yaml"), { merge: true }) as {
    readonly services: Readonly<Record<string, ComposeService>>;
  }).services;

const serversIn = (all: Readonly<Record<string, ComposeService>>) =>
  Object.keys(all).filter((name) => all[name]!.command?.[0] === "server.ts");

Deno.test("compose has two servers and three workers", async () => {
  const all = await services();
  assertEquals(serversIn(all).length, 2);
  assertEquals(all["worker"]!.deploy?.replicas, 3);
});

Deno.test("servers ask everybody who they are, whoever reaches them", async () => {
  const all = await services();
  for (const name of serversIn(all)) {
    const { command, environment, ports } = all[name]!;
    // An address besides the loopback cannot be had without accounts: tests/access/.
    assertEquals(command?.slice(-2), ["--host", "0.0.0.0"], name);
    assert(!command?.includes("--no-auth"), name);
    assert(environment?.["AURORA_AUTH_SECRET"]?.includes(":?"), "both servers share one secret");
    assert(environment?.["AURORA_BASE_URL"] !== undefined);
    assertEquals(ports, undefined);
  }
});

Deno.test("the balancer knows every server, and Prometheus reads each through it", async () => {
  const servers = serversIn(await services());
  const text = await read("docker/balancer.Caddyfile");
  const addresses = [...text.matchAll(/reverse_proxy ([^{]+) \{/g)].map(([, words]) => words!);
  const all = servers.map((name) => `${name}:8081`);
  assertEquals(addresses, [all.join(" "), ...all]);
  const ports = [...text.matchAll(/^:(94\d+) \{/gm)].map(([, port]) => `balancer:${port}`);
  const { scrape_configs: [scraped] } = parse(await read("docker/prometheus/compose.yaml"));
  assertEquals(
    scraped.static_configs,
    servers.map((instance, i) => ({ targets: [ports[i]], labels: { instance } })),
  );
});

Deno.test("compose publishes nothing beyond the loopback of the host", async () => {
  const ports = Object.values(await services()).flatMap((s) => s.ports ?? []);
  assert(ports.length > 0);
  assertEquals(ports.filter((port) => !port.startsWith("127.0.0.1:")), []);
});
