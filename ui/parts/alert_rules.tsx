import type { JSX } from "hono/jsx/jsx-runtime";
import type { AlertRule } from "../client.ts";

interface AlertRulesProps {
  readonly rules: readonly AlertRule[];
}

/** From when on something is wrong, which channel is told of what, who set it so, and a field to set it. */
export function AlertRules({ rules }: AlertRulesProps): JSX.Element {
  if (rules.length === 0) return <p class="empty">This server has no rules to set</p>;
  return (
    <div class="scroll" role="region" aria-label="Rules" tabindex={0}>
      <table>
        <thead>
          <tr>
            <th>An alert begins, or is told, when</th>
            <th>Value</th>
            <th>Set by</th>
            <th>
              <span class="vh">Set it here</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rules.map((rule) => <RuleRow rule={rule} />)}
        </tbody>
      </table>
    </div>
  );
}

function RuleRow({ rule }: { readonly rule: AlertRule }): JSX.Element {
  return (
    <tr id={`rule-${rule.name}`}>
      <td>{rule.about}</td>
      <td>
        <b>{rule.value}</b>
      </td>
      <td>
        <SourceOf rule={rule} />
      </td>
      <td>
        <form class="inline" data-alert-rule={rule.name}>
          <label>
            <span class="vh">{rule.name}</span>
            <input
              name="value"
              value={rule.value}
              class="short"
              required
              maxlength={50}
              title={rule.form}
            />
          </label>
          <button type="submit" class="btn sm" aria-label={`Set ${rule.name}`}>Set</button>
          {rule.source === "people" && (
            <button
              type="button"
              class="btn sm"
              data-alert-rule-unset={rule.name}
              aria-label={`Back to ${rule.otherwise}: ${rule.name}`}
            >
              Back to {rule.otherwise}
            </button>
          )}
        </form>
      </td>
    </tr>
  );
}

/** Who decided, and what would hold otherwise. */
function SourceOf({ rule }: { readonly rule: AlertRule }): JSX.Element {
  if (rule.source === "people") {
    return (
      <>
        {rule.by}
        {rule.at !== null && (
          <>
            {" at "}
            <time datetime={rule.at}>{rule.at.slice(0, 16).replace("T", " ")} UTC</time>
          </>
        )}
        <br />
        <small class="dim">instead of {rule.otherwise} by {rule.setting}</small>
      </>
    );
  }
  if (rule.source === "environment") return <code>{rule.setting}</code>;
  return (
    <span class="dim">
      built in, <code>{rule.setting}</code> is not set
    </span>
  );
}
