/** A real broker behind the fault proxy. @module */
import { type FaultProxy, faultProxy } from "../../services/fault_proxy.ts";
import { startKafkaBehind, type TestKafka } from "../../services/kafka.ts";
import { freePort, type Service } from "../../services/service.ts";

/** A broker whose clients find it by the proxy only. */
export interface KafkaBehind extends AsyncDisposable {
  readonly kafka: Service & TestKafka;
  readonly proxy: FaultProxy;
}

/** Starts both. */
export async function kafkaBehind(): Promise<KafkaBehind> {
  const port = freePort();
  const proxy = await faultProxy(port);
  const kafka = await startKafkaBehind({ port, told: proxy.port });
  return {
    kafka,
    proxy,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await kafka.stop();
    },
  };
}
