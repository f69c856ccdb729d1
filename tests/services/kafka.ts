/** A real Kafka for tests: one KRaft node straight from the jars. @module */
import { join } from "@std/path";
import { apt, CACHE, cannotInstall, hasApt, isFile, provide, run, which } from "./provide.ts";
import { answers, freePort, type Service, serviceDir, startService } from "./service.ts";

const VERSION = "4.4.0";
const LIBS = join(CACHE, `kafka/${VERSION}`);

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>aurora</groupId><artifactId>kafka-for-tests</artifactId><version>1</version>
  <dependencies><dependency>
    <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId>
    <version>${VERSION}</version>
  </dependency></dependencies>
</project>
`;

/** Folder with Kafka's jars, fetched if it may be. */
export function kafkaJars(): Promise<string> {
  return provide({
    what: "the jars of Kafka",
    find: () => {
      const libs = Deno.env.get("AURORA_TEST_KAFKA_LIBS") ?? LIBS;
      return isFile(join(libs, `kafka_2.13-${VERSION}.jar`)) ? libs : undefined;
    },
    install: fetchJars,
  });
}

async function fetchJars(): Promise<void> {
  if (!which("mvn")) {
    if (!hasApt()) throw cannotInstall("mvn");
    await apt("maven");
  }
  const partial = `${LIBS}.partial`;
  await Deno.mkdir(partial, { recursive: true });
  const pom = join(partial, "pom.xml");
  await Deno.writeTextFile(pom, POM);
  const copy = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";
  const to = ["-DincludeScope=runtime", `-DoutputDirectory=${partial}`];
  await run("mvn", ["-q", "-B", "-f", pom, copy, ...to]);
  await Deno.remove(LIBS, { recursive: true }).catch(() => {});
  await Deno.rename(partial, LIBS);
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
  const [libs, program] = [await kafkaJars(), await java()];
  const [port, dir] = [freePort(), serviceDir("kafka")];
  const config = join(dir, "server.properties");
  await Deno.writeTextFile(config, properties(dir, port, freePort()));
  await Deno.writeTextFile(join(dir, "log4j2.yaml"), LOGGING);
  const jvm = [...JVM, `-Dlog4j2.configurationFile=${dir}/log4j2.yaml`, "-cp", `${libs}/*`];
  const cluster = crypto.randomUUID().replaceAll("-", "").slice(0, 22);
  await run(program, [...jvm, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", config]);
  const service = await startService({
    name: "kafka",
    command: [program, ...jvm, "kafka.Kafka", config],
    port,
    dir,
    ready: () => answers(port, apiVersions),
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
