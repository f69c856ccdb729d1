import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  authorize,
  BUILT_IN_ROLES,
  dependsOnGroups,
  mustBeOwnRole,
  type Permission,
  permissionOf,
  PERMISSIONS,
  type Principal,
  type Role,
} from "engine";

const person = (...roles: Role[]): Principal => ({ kind: "person", id: "1", name: "Ada", roles });

/** What the built-in roles may do, written out so that a change of it is seen. */
const ALLOWED: Readonly<Record<string, readonly Permission[]>> = {
  admin: ["view", "logs", "trigger", "cancel", "retry", "operate", "administer"],
  ml: ["view", "logs", "trigger", "cancel", "retry"],
  ops: ["view"],
};

Deno.test("authorize() allows a built-in role what is written here, and nothing else", () => {
  assertEquals(BUILT_IN_ROLES.map((role) => role.name), Object.keys(ALLOWED));
  for (const role of BUILT_IN_ROLES) {
    for (const permission of PERMISSIONS) {
      const expected = ALLOWED[role.name]!.includes(permission);
      assertEquals(authorize(person(role), permission).allowed, expected, role.name + permission);
    }
  }
});

Deno.test("authorize() denies everything to somebody without a role", () => {
  for (const permission of PERMISSIONS) {
    const decision = authorize(person(), permission);
    assert(!decision.allowed);
    assertStringIncludes(decision.reason, `no role of Ada allows "${permission}"`);
  }
});

const models: Role = { name: "modellers", permissions: ["view", "trigger"], groups: ["models"] };
const features: Role = { name: "features", permissions: ["trigger"], groups: ["features"] };

for (
  const { roles, permission, groups, allowed } of [
    { roles: [models], permission: "trigger", groups: ["models"], allowed: true },
    { roles: [models], permission: "trigger", groups: ["models", "features"], allowed: false },
    {
      roles: [models, features],
      permission: "trigger",
      groups: ["models", "features"],
      allowed: true,
    },
    { roles: [models], permission: "trigger", groups: [], allowed: false },
    { roles: [models], permission: "trigger", groups: undefined, allowed: false },
    { roles: [models], permission: "view", groups: undefined, allowed: true },
    { roles: [models], permission: "cancel", groups: ["models"], allowed: false },
    { roles: [models, BUILT_IN_ROLES[0]!], permission: "trigger", groups: ["x"], allowed: true },
  ] as const
) {
  const names = roles.map((role) => role.name).join("+");
  Deno.test(`authorize() says ${allowed} to ${names}: ${permission} in [${groups}]`, () => {
    assertEquals(authorize(person(...roles), permission, groups).allowed, allowed);
  });
}

Deno.test("authorize() keeps a token within its scopes, whatever its roles allow", () => {
  const token = { ...person(BUILT_IN_ROLES[0]!), kind: "token", scopes: ["view"] } as const;
  assert(authorize(token, "view").allowed);
  const decision = authorize(token, "trigger");
  assert(!decision.allowed);
  assertStringIncludes(decision.reason, 'has no scope "trigger"');
});

Deno.test("dependsOnGroups() is true only where every role that allows it is limited", () => {
  assert(dependsOnGroups(person(models), "trigger"));
  assert(!dependsOnGroups(person(models), "view"));
  assert(!dependsOnGroups(person(models), "cancel"));
  assert(!dependsOnGroups(person(models, BUILT_IN_ROLES[0]!), "trigger"));
});

Deno.test("permissionOf() and mustBeOwnRole() refuse what does not exist or is built in", () => {
  assertEquals(permissionOf("logs"), "logs");
  assertThrows(() => permissionOf("everything"), RangeError, '"everything" is none of view');
  mustBeOwnRole("growth_team");
  assertThrows(() => mustBeOwnRole("admin"), RangeError, "is built in");
  assertThrows(() => mustBeOwnRole("Growth team"), RangeError, 'is not like "growth_team"');
});
