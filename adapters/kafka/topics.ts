/** Topics that are made when something is first sent to them. @module */
import type { Driver, NewTopic } from "./driver.ts";

/** A topic that is made if it is not there. */
export interface TopicOptions {
  /** Without the prefix. */
  readonly name: string;
  /** 3 unless told; events of one key share a partition. */
  readonly partitions?: number;
  /** Brokers that hold a copy; 1 unless told. */
  readonly replication?: number;
}

/** How topics are named and made. */
export interface TopicsOptions {
  /** Topics with settings of their own; others are made with the defaults. */
  readonly topics?: readonly TopicOptions[];
  /** Defaults of topics that {@linkcode TopicsOptions.topics} does not name. */
  readonly partitions?: number;
  readonly replication?: number;
  /** Put before every topic. */
  readonly prefix?: string;
}

/** Makes topics that are not there; remembers those that it has seen. */
export function topicMaker(options: TopicsOptions) {
  const known = new Set<string>();
  return async (driver: Driver, names: readonly string[]): Promise<void> => {
    const unknown = names.filter((name) => !known.has(name));
    if (unknown.length === 0) return;
    const there = await driver.topics();
    const absent = unknown.filter((name) => !there.has(name));
    if (absent.length > 0) await driver.make(absent.map((name) => newTopic(options, name)));
    for (const name of unknown) known.add(name);
  };
}

function newTopic(options: TopicsOptions, name: string): NewTopic {
  const { topics, prefix = "", partitions = 3, replication = 1 } = options;
  const own = topics?.find((topic) => prefix + topic.name === name);
  return {
    name,
    partitions: own?.partitions ?? partitions,
    replication: own?.replication ?? replication,
  };
}
