/** Who is in the compose file, and that they find each other. @module */
import { assert, assertEquals } from "@std/assert";
import { parse } from "yaml";

interface ComposeService {
  readonly command?: readonly string[];
  readonly network_mode?: string;
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

Deno.test("every server has a gateway, the balancer and Prometheus know each", async () => {
  const all = await services();
  const gateways = Object.values(all).map((s) => s.network_mode).filter(Boolean);
  const servers = serversIn(all);
  assertEquals(gateways, servers.map((name) => `service:${name}`));
  const balancer = /reverse_proxy ([^{]+) \{/.exec(await read("docker/balancer.Caddyfile"))![1]!;
  assertEquals(balancer.split(" "), servers.map((name) => `${name}:8080`));
  const scraped = await read("docker/prometheus/compose.yaml");
  for (const name of servers) assert(scraped.includes(`"${name}:9464"`), name);
});

Deno.test("compose publishes nothing beyond the loopback of the host", async () => {
  const ports = Object.values(await services()).flatMap((s) => s.ports ?? []);
  assert(ports.length > 0);
  assertEquals(ports.filter((port) => !port.startsWith("127.0.0.1:")), []);
});
