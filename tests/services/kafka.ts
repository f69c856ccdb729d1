/** A real Kafka for tests: one KRaft node straight from the jars. @module */
import { join } from "@std/path";
import { apt, CACHE, cannotInstall, hasApt, isFile, provide, run, which } from "./provide.ts";
import { answers, freePort, type Service, serviceDir, startService } from "./service.ts";

/** The broker of the tests, and the oldest one that is promised. */
const [NEWEST, OLDEST] = ["4.4.0", "3.9.2"] as const;
type Version = typeof NEWEST | typeof OLDEST;

const libsOf = (version: Version) => join(CACHE, `kafka/${version}`);

const pomOf = (version: Version) =>
  `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>aurora</groupId><artifactId>kafka-for-tests</artifactId><version>1</version>
  <dependencies><dependency>
    <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId>
    <version>${version}</version>
  </dependency></dependencies>
</project>
`;

/** Folder with Kafka's jars, fetched if it may be. */
export function kafkaJars(version: Version = NEWEST): Promise<string> {
  const folders = [Deno.env.get("AURORA_TEST_KAFKA_LIBS"), libsOf(version)];
  return provide({
    what: `the jars of Kafka ${version}`,
    find: () => folders.find((libs) => libs && isFile(join(libs, `kafka_2.13-${version}.jar`))),
    install: () => fetchJars(version),
  });
}

/** The same of the oldest Kafka that is promised. */
export const oldestKafkaJars = (): Promise<string> => kafkaJars(OLDEST);

async function fetchJars(version: Version): Promise<void> {
  if (!which("mvn")) {
    if (!hasApt()) throw cannotInstall("mvn");
    await apt("maven");
  }
  const libs = libsOf(version);
  const partial = `${libs}.partial`;
  await Deno.mkdir(partial, { recursive: true });
  const pom = join(partial, "pom.xml");
  await Deno.writeTextFile(pom, pomOf(version));
  const copy = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";
  const to = ["-DincludeScope=runtime", `-DoutputDirectory=${partial}`];
  await run("mvn", ["-q", "-B", "-f", pom, copy, ...to]);
  await Deno.remove(libs, { recursive: true }).catch(() => {});
  await Deno.rename(partial, libs);
}

/** Path of a Java that can run Kafka, installed if it may be. */
export function java(): Promise<string> {
  return provide({
    what: "java",
    find: () => which("java"),
    install: () => hasApt() ? apt("default-jre-headless") : Promise.reject(cannotInstall("java")),
  });
}

/** A broker that a test may use: shared, or its own when none is shared. */
export interface TestKafka extends AsyncDisposable {
  readonly brokers: readonly string[];
}

/** The Kafka that all tests share; topics need a name of the test's own. */
export async function testKafka(): Promise<TestKafka> {
  const brokers = Deno.env.get("AURORA_TEST_KAFKA_BROKERS");
  if (brokers) {
    return { brokers: brokers.split(","), [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  return await startKafka();
}

/** A broker of the test's own, which it may kill. */
export async function startKafka(): Promise<Service & TestKafka> {
  return await start(({ plain, port }) => ({ text: plain, asked: port }), []);
}

/** The same, reached only by the way of another port, which it tells its clients: that of a proxy to `port`. */
export async function startKafkaBehind(
  { port, told }: { readonly port: number; readonly told: number },
): Promise<Service & TestKafka> {
  const text = ({ plain }: Listener) =>
    plain.replace(/^(advertised.listeners=PLAINTEXT:.*:)\d+$/m, `$1${told}`);
  const service = await start((listener) => ({ text: text(listener), asked: port }), [], { port });
  return Object.assign(service, { brokers: [`127.0.0.1:${told}`] });
}

/** The same of the oldest Kafka that is promised. */
export async function startOldestKafka(): Promise<Service & TestKafka> {
  const version = OLDEST;
  return await start(({ plain, port }) => ({ text: plain, asked: port }), [], { version });
}

/** A broker that takes TLS with a password only, at `localhost`: no other name stands in its certificate. */
export interface SecureKafka extends Service, TestKafka {
  /** The certificate that signed the broker's: its own, in PEM. */
  readonly ca: string;
  /** Known by each of PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. */
  readonly username: string;
  readonly password: string;
}

/** A broker of the test's own that nobody enters without TLS and a password. */
export async function startSecureKafka(): Promise<SecureKafka> {
  const [username, password] = ["aurora", "s3cret-of-the-test"];
  const scram = ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((mechanism) => [
    "--add-scram",
    `${mechanism}=[name=${username},password=${password}]`,
  ]);
  let ca = "";
  const service = await start(async (listener) => {
    ca = await certificate(listener.dir);
    return secured(listener, { username, password });
  }, scram);
  return Object.assign(service, { brokers: [`localhost:${service.port}`], ca, username, password });
}

interface Listener {
  readonly dir: string;
  readonly port: number;
  /** The lines of a broker that takes everybody. */
  readonly plain: string;
}

interface Configured {
  readonly text: string;
  /** The port that answers without TLS. */
  readonly asked: number;
}

async function start(
  configure: (listener: Listener) => Configured | Promise<Configured>,
  format: readonly string[],
  { version = NEWEST, port = freePort() }: {
    readonly version?: Version;
    readonly port?: number;
  } = {},
): Promise<Service & TestKafka> {
  const [libs, program] = [await kafkaJars(version), await java()];
  const dir = serviceDir("kafka");
  const config = join(dir, "server.properties");
  const plain = properties(dir, port, freePort());
  const { text, asked } = await configure({ dir, port, plain });
  await Deno.writeTextFile(config, text);
  await Deno.writeTextFile(join(dir, "log4j2.yaml"), LOGGING);
  const jvm = [...JVM, `-Dlog4j2.configurationFile=${dir}/log4j2.yaml`, "-cp", `${libs}/*`];
  const cluster = crypto.randomUUID().replaceAll("-", "").slice(0, 22);
  const tool = ["kafka.tools.StorageTool", "format", "-t", cluster, "-c", config, ...format];
  await run(program, [...jvm, ...tool]);
  const service = await startService({
    name: "kafka",
    command: [program, ...jvm, "kafka.Kafka", config],
    port,
    dir,
    ready: () => answers(asked, apiVersions),
    timeoutMs: 90_000,
  });
  return Object.assign(service, { brokers: [`127.0.0.1:${port}`] });
}

const JVM = [
  "-Xms64m",
  "-Xmx256m",
  "-XX:+UseSerialGC",
  "-XX:TieredStopAtLevel=1",
  "-XX:MaxDirectMemorySize=64m",
  "-XX:-UsePerfData",
  "-Djava.awt.headless=true",
];

const LOGGING = `Configuration:
  Appenders:
    Console:
      name: C
      target: SYSTEM_ERR
      PatternLayout: {pattern: '%p %c{1} %m%n'}
  Loggers:
    Root:
      level: warn
      AppenderRef: {ref: C}
`;

/** One node that is broker and controller, with the smallest internal topics. */
function properties(dir: string, port: number, controllerPort: number): string {
  const one = [
    "node.id",
    "num.partitions",
    "offsets.topic.num.partitions",
    "offsets.topic.replication.factor",
    "transaction.state.log.num.partitions",
    "transaction.state.log.replication.factor",
    "transaction.state.log.min.isr",
    "share.coordinator.state.topic.num.partitions",
    "share.coordinator.state.topic.replication.factor",
    "share.coordinator.state.topic.min.isr",
    "num.recovery.threads.per.data.dir",
    "log.cleaner.threads",
  ];
  const listeners = `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`;
  return [
    ...one.map((name) => `${name}=1`),
    "process.roles=broker,controller",
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    `listeners=${listeners}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
    "controller.listener.names=CONTROLLER",
    "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    `log.dirs=${dir}/data`,
    "group.initial.rebalance.delay.ms=0",
    "auto.create.topics.enable=false",
    "num.network.threads=2",
    "num.io.threads=2",
    "log.cleaner.dedupe.buffer.size=2097152",
    "controlled.shutdown.enable=false",
    // After kill -9 the controller waits out the old registration: 4 s with these, 12 s without.
    "broker.session.timeout.ms=2000",
    "broker.heartbeat.interval.ms=300",
  ].join("\n") + "\n";
}

/** Makes a key and a certificate for this machine by Java's own tool; gives the certificate. */
async function certificate(dir: string): Promise<string> {
  await java(); // brings keytool
  const store = ["-keystore", join(dir, "broker.p12"), "-storepass", STORE_PASSWORD];
  await run("keytool", [
    ...["-genkeypair", "-alias", "broker", "-keyalg", "RSA", "-storetype", "PKCS12", ...store],
    ...["-dname", "CN=localhost", "-ext", "san=dns:localhost", "-validity", "2"],
    ...["-ext", "bc:c"],
  ]);
  const pem = join(dir, "ca.pem");
  await run("keytool", ["-exportcert", "-rfc", "-alias", "broker", "-file", pem, ...store]);
  return await Deno.readTextFile(pem);
}

const STORE_PASSWORD = "of-the-test";

/** The same node behind TLS and a password; the way to itself stays open, on a port of its own. */
function secured(
  { dir, port, plain }: Listener,
  { username, password }: { readonly username: string; readonly password: string },
): Configured {
  const jaas = "listener.name.clients.plain.sasl.jaas.config=" +
    "org.apache.kafka.common.security.plain.PlainLoginModule required " +
    `user_${username}="${password}";`;
  const scram = [256, 512].map((bits) =>
    `listener.name.clients.scram-sha-${bits}.sasl.jaas.config=` +
    "org.apache.kafka.common.security.scram.ScramLoginModule required;"
  );
  const inner = freePort();
  const text = plain
    .replaceAll(
      `PLAINTEXT://127.0.0.1:${port}`,
      `CLIENTS://localhost:${port},PLAINTEXT://127.0.0.1:${inner}`,
    )
    .replace("PLAINTEXT:PLAINTEXT", "CLIENTS:SASL_SSL,PLAINTEXT:PLAINTEXT") +
    [
      "sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
      jaas,
      ...scram,
      "inter.broker.listener.name=PLAINTEXT",
      "ssl.keystore.type=PKCS12",
      `ssl.keystore.location=${dir}/broker.p12`,
      `ssl.keystore.password=${STORE_PASSWORD}`,
    ].join("\n") + "\n";
  return { text, asked: inner };
}

/** An ApiVersions request answered: a TCP accept comes before the broker can serve. */
async function apiVersions(connection: Deno.Conn): Promise<boolean> {
  const correlation = 7;
  const request = new DataView(new ArrayBuffer(15));
  request.setInt32(0, 11);
  request.setInt16(4, 18);
  request.setInt32(8, correlation);
  request.setInt16(12, 1);
  request.setUint8(14, "x".charCodeAt(0));
  await connection.write(new Uint8Array(request.buffer));
  const answer = new Uint8Array(10);
  if (await connection.read(answer) !== 10) return false;
  const view = new DataView(answer.buffer);
  return view.getInt32(4) === correlation && view.getInt16(8) === 0;
}
