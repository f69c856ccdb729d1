import { assertEquals, assertThrows } from "@std/assert";
import { mailSettings, webhookSettings } from "../../../adapters/secrets/alert_settings.ts";
import { parseUri } from "../../../adapters/secrets/uri.ts";

Deno.test("mailSettings() takes server, sender and authority", () => {
  const of = (uri: string) => mailSettings(parseUri("aurora_smtp", uri));
  assertEquals(of("smtp://me:p%40ss@mail.example.com:587"), {
    AURORA_SMTP_URL: "smtp://me:p%40ss@mail.example.com:587",
  });
  assertEquals(of("smtps://mail.example.com/?auth=login&ca=PEM&from_email=a%40example.com"), {
    AURORA_SMTP_URL: "smtps://mail.example.com?auth=login",
    AURORA_SMTP_CA: "PEM",
    AURORA_ALERT_FROM: "a@example.com",
  });
  assertThrows(() => of("http://mail.example.com"), TypeError, "smtp or smtps");
});

Deno.test("webhookSettings() takes the whole address, with secret and shape", () => {
  const of = (uri: string) => webhookSettings(parseUri("aurora_webhook", uri));
  assertEquals(of("https://hooks.example.com/services/T0/B0/xyz?secret=s3cret&shape=teams"), {
    AURORA_WEBHOOK_URL: "https://hooks.example.com/services/T0/B0/xyz",
    AURORA_WEBHOOK_SECRET: "s3cret",
    AURORA_WEBHOOK_SHAPE: "teams",
  });
  assertThrows(() => of("https://h?color=red"), TypeError, '"color" has no meaning here');
  assertThrows(() => of("redis://h"), TypeError, "http or https");
});
