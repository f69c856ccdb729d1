/** Which settings a backup remembers. @module */
import { masked } from "engine";

const OURS = /^(AURORA|DATABASE|REDIS|KAFKA|OPENLINEAGE|OTEL|STORAGE)_|^AWS_REGION$/;
const SECRET = /SECRET|PASSWORD|TOKEN|KEY|CONN_|CREDENTIAL|WEBHOOK_URL/;

/** What stands for a secret: that it was set. */
export const NOT_HERE = "(set, not in the backup)";

/** Variables of the environment that the program reads; secrets in addresses are masked, others are only named. */
export function settingsIn(
  env: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const ours = Object.entries(env).filter(([name, value]) => OURS.test(name) && value !== "")
    .sort();
  return Object.fromEntries(
    ours.map(([name, value]) => [name, SECRET.test(name) ? NOT_HERE : withoutPassword(value)]),
  );
}

/** Also what nobody has told to be a secret. */
const withoutPassword = (value: string) => masked(value).replace(/(\w+:\/\/)[^/@\s]*@/g, "$1***@");
