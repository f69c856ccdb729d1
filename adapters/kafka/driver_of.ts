/** The client library that is asked for. @module */
import type { Driver } from "./driver.ts";
import type { KafkaOptions } from "./options.ts";

/** Loads one client library only: the other costs time and memory for nothing. */
export async function driverOf(options: KafkaOptions): Promise<Driver> {
  if (options.client === "platformatic") {
    return (await import("./platformatic_driver.ts")).platformaticDriver(options);
  }
  return (await import("./kafkajs_driver.ts")).kafkajsDriver(options);
}
