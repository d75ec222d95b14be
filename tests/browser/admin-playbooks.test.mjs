// The administrator's playbooks: tried by scenarios before they hold, in force from a day on, messages as they will read.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { api, base, close, desk, inspect, phone, reader, signIn } from "./product.mjs";

after(close);

const ADMIN = "shen.yi";
const book = `${base}/console/admin/playbooks/p03`;

const scenarios = (channel, level) => `title: {zh: 来电登记, en: A call is put on record}
playbook: p03
steps:
  - at: 2026-03-02 09:00
    by: zhou.lan
    complaint: {channel: ${channel}, category: quality, narrative: 毛衣起球}
    expect: {level: ${level}}
---
title: {zh: 次日仍在办理, en: The next day it is still open}
playbook: p03
steps:
  - at: 2026-03-02 09:00
    complaint: {channel: ${channel}, category: quality, narrative: 毛衣起球}
  - at: +1d
    expect: {closed: false}
`;

for (const [language, theme, viewport] of [["zh", "light", desk], ["en", "dark", desk], ["zh", "dark", phone]]) {
  const name = `${language}-${theme}${viewport === phone ? "-phone" : ""}`;
  test(`scenarios are played against the text that is written (${name})`, { timeout: 90_000 }, async () => {
    const page = await reader({ language, theme, viewport });
    await signIn(page, ADMIN);
    await page.goto(`${book}/edit`);
    if (!(await page.locator("#scenarios").isVisible())) await page.click("#scenarios-of > summary");
    await page.fill("#scenarios", scenarios("phone", 3));
    await page.click("button[hx-target='#run']");
    await page.waitForSelector("#run .failures dd");
    const told = await page.locator("#run").innerText();
    assert.match(told, language === "zh" ? /2 个场景中 1 个不符/ : /Of 2 scenarios 1 do not hold/);
    assert.match(told, language === "zh" ? /第 1 步（第 4 行/ : /Step 1 \(line 4/);
    await inspect(page, `admin-scenarios-fail-${name}`);
    await page.fill("#scenarios", "hello: world");
    await page.click("button[hx-target='#run']");
    await page.waitForSelector("#run .mistakes");
    await inspect(page, `admin-scenarios-broken-${name}`);
    await page.fill("#scenarios", scenarios("phone", 1));
    await page.click("button[hx-target='#run']");
    await page.waitForSelector("#run .well");
    await inspect(page, `admin-scenarios-hold-${name}`);
  });
}

test("a version whose scenarios fail is not published by mistake, and those that hold are kept with it", { timeout: 90_000 }, async () => {
  const page = await reader({ language: "zh", script: false });
  await signIn(page, ADMIN);
  await page.goto(`${book}/edit`);
  await page.click("#scenarios-of > summary");
  await page.fill("#scenarios", scenarios("phone", 3));
  await page.click("button.btn-primary");
  await page.waitForSelector(".alert-danger:has-text('有演练场景不符')");
  if (process.env.REDRESS_SHOTS) await page.screenshot({ path: `${process.env.REDRESS_SHOTS}/admin-publish-refused-zh.png`, fullPage: true });
  await page.fill("#scenarios", scenarios("phone", 1));
  await page.click("button.btn-primary");
  await page.waitForSelector(".alert-success");
  await page.click("a.btn-primary");
  await page.waitForSelector("#scenarios");
  assert.match(await page.inputValue("#scenarios"), /来电登记/);
});

test("a version comes into force from a day on, and is taken back before it comes", { timeout: 90_000 }, async () => {
  for (const [language, viewport] of [["zh", desk], ["en", phone]]) {
    const page = await reader({ language, viewport });
    await signIn(page, ADMIN);
    await page.goto(book);
    await page.click("#in-force details:last-of-type > summary");
    await page.fill("[name='/effective_from']", "2090-04-01T00:00");
    await inspect(page, `admin-plan-${language}`);
    await page.click("#in-force form.once button");
    await page.waitForSelector(".alert-success");
    assert.match(await page.locator("#in-force").innerText(), language === "zh" ? /自 2090年4月1日 00:00 起/ : /from 1 Apr 2090, 00:00/);
    await inspect(page, `admin-planned-${language}`);
    await page.goto(`${base}/console/admin/playbooks`);
    await inspect(page, `admin-planned-list-${language}`);
    const { coming } = await api(ADMIN, "GET", "/activations");
    assert.equal(coming.length, 1);
    await page.goto(book);
    await page.click("#in-force form[action$='/withdraw'] button");
    await page.waitForSelector(".alert-success");
    assert.equal((await api(ADMIN, "GET", "/activations")).coming.length, 0);
  }
});

test("messages are shown with an example case while they are written", { timeout: 60_000 }, async () => {
  const page = await reader({ language: "en" });
  await signIn(page, ADMIN);
  await page.goto(`${book}/edit`);
  const box = page.locator("#text");
  const text = await box.inputValue();
  const templates = (en) => `${text}\ntemplates:\n  acknowledgement:\n    body: {zh: "您好，编号 {{ number }}。", en: "${en}"}\n`;
  await box.fill(templates("On record as {{ number }}."));
  await page.waitForSelector("#messages summary");
  await page.click("#messages summary");
  await page.waitForSelector("#messages :text('On record as TS202503070001.')");
  await inspect(page, "admin-messages-en");
  await box.fill(templates("On record as {{ nummer }}."));
  await page.waitForSelector("#findings .refused");
  await page.click("#messages summary");
  await inspect(page, "admin-messages-broken-en");
});
