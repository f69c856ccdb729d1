/**
 * `rollback`: takes the model that is served out of service; the promoted one before it is served again.
 *
 * @module
 */
import { type Cache, ServiceUnavailableError } from "engine";
import type { ModelName } from "../../assets/inputs/model_inputs.ts";
import type { Sql } from "../../assets/sql.ts";
import { EXIT, type Run, UsageError } from "../command.ts";
import { withApp } from "../with_app.ts";

const MODELS: readonly string[] = ["energy", "mood", "sleep_quality"] satisfies ModelName[];

/** The name of a model, with or without its group. */
function modelOf(word: string): ModelName {
  const name = word.replace(/^models\//, "");
  if (MODELS.includes(name)) return name as ModelName;
  throw new UsageError(`Cannot roll back "${word}": the models are ${MODELS.join(", ")}`);
}

/** Withdraws the served model. */
export const rollback: Run = (setting) => {
  const name = modelOf(setting.called.words[0]!);
  return withApp(setting, async ({ lender }) => {
    const { cache, database } = await import("../../assets/resources.ts");
    const { cacheModel, uncacheModel } = await import("../../assets/models/cache_model.ts");
    const registry = await import("../../assets/models/registry.ts");
    const lent = await lender.lend({ cache, database }) as { cache: Cache; database: Sql };
    const by = setting.called.text("by") ?? "cli";
    const gone = await registry.rollback(lent.database, name, { by, at: new Date() });
    if (gone === undefined) {
      throw new RangeError(`Cannot roll back "${name}": no promoted version of it is in service`);
    }
    const served = await registry.champion(lent.database, name, "9999-12-31");
    setting.io.out(
      served
        ? `${gone} is withdrawn, ${served.manifest.modelVersion} is served again`
        : `${gone} is withdrawn; no other version is in service until the next training`,
    );
    try {
      if (served) await cacheModel(lent.cache, served);
      else await uncacheModel(lent.cache, name);
    } catch (error) {
      if (!(error instanceof ServiceUnavailableError)) throw error;
      setting.io.err(`${error.message}: there ${gone} stays until "redis:rebuild" has run`);
      return EXIT.failure;
    }
    return EXIT.ok;
  });
};
