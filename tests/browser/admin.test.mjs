// The administrator's rooms: how the system is, the trail of a complaint, a playbook from its map to a new version.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { api, base, close, inspect, phone, reader, signIn } from "./product.mjs";

after(close);

const ADMIN = "shen.yi";
const rooms = ["system", "parked", "messages", "audit", "playbooks", "channels", "calendars", "directory", "access"];

for (const [language, theme, viewport] of [["zh", "light", undefined], ["en", "dark", undefined], ["en", "light", phone]]) {
  const name = `${language}-${theme}${viewport ? "-phone" : ""}`;
  test(`every room reads well (${name})`, { timeout: 90_000 }, async () => {
    const page = await reader({ language, theme, ...(viewport && { viewport }) });
    await signIn(page, ADMIN);
    for (const room of rooms) {
      await page.goto(`${base}/console/admin/${room}`);
      await page.waitForSelector(`.rooms a[aria-current=page][href$="/${room}"]`);
      await inspect(page, `admin-${room}-${name}`);
    }
    await page.goto(`${base}/console/admin/playbooks`);
    await page.click("main td a");
    await page.waitForSelector("svg.map");
    await inspect(page, `admin-playbook-${name}`);
    await page.goto(`${base}/console/admin/channels`);
    await page.click("main a[href^='/console/admin/channels/']");
    await page.waitForSelector("#t-acknowledgement");
    await inspect(page, `admin-templates-${name}`);
  });
}

test("who works in a department sees no way to the rooms, and is refused in words", { timeout: 30_000 }, async () => {
  const page = await reader({ language: "zh" });
  await signIn(page, "zhao.min");
  assert.equal(await page.locator("a[href^='/console/admin']").count(), 0);
  await page.goto(`${base}/console/admin/access`);
  await page.waitForSelector("h1:has-text('您无权办理此事')");
  page.complaints = [];
  await inspect(page, "admin-refused-zh");
});

test("the trail of a complaint is found by its number and is whole", { timeout: 60_000 }, async () => {
  const { number } = await api("zhou.lan", "POST", "/complaints", {
    channel: "phone", category: "quality", narrative: "冰箱门封条脱落。", demand: "维修", complainant: { name: "张伟", phone: "13700009999" },
  });
  const page = await reader({ language: "zh" });
  await signIn(page, ADMIN);
  await page.goto(`${base}/console/admin/audit`);
  await page.fill("#number", "没有这个");
  await page.click("main form button");
  await page.waitForSelector("#number-wrong");
  await page.fill("#number", number);
  // The case is with routing a moment after intake has it.
  await page.waitForTimeout(1500);
  await page.click("main form button");
  await page.waitForURL(/audit\/[0-9a-f-]{36}/);
  await page.waitForSelector(".alert-success:has-text('记录完整')");
  await inspect(page, "admin-trail-zh");
  await page.click(".picks a:has-text('环节')");
  await page.waitForSelector(".picks a.active:has-text('环节')");
});

test("a playbook is checked as it is typed, published and put into force", { timeout: 90_000 }, async () => {
  const page = await reader({ language: "en" });
  await signIn(page, ADMIN);
  await page.goto(`${base}/console/admin/playbooks/p03`);
  await page.click("a.btn-primary");
  const box = page.locator("#text");
  const text = await box.inputValue();
  await box.fill(text.replace(/kind: propose/, "kind: nothing"));
  await page.waitForSelector("#findings .mistakes strong");
  await inspect(page, "admin-edit-wrong-en");
  await box.fill(text);
  await page.waitForSelector("#findings .well");
  await page.click("button:has-text('Publish the version')");
  await page.waitForSelector(".alert-success");
  await page.click("a:has-text('Effect on open cases')");
  await page.waitForSelector("dl.glance");
  await inspect(page, "admin-preview-en");
  await page.goBack();
  await page.click("summary:has-text('into force')");
  await page.selectOption("[name='/scope/channel']", { index: 1 });
  await inspect(page, "admin-activate-en");
  await page.click("button:has-text('Put into force')");
  await page.waitForSelector(".alert-success");
});

test("a key of a feeding system is shown once, without any script too", { timeout: 60_000 }, async () => {
  const page = await reader({ language: "zh", script: false });
  await signIn(page, ADMIN);
  await page.goto(`${base}/console/admin/access`);
  const name = `till-${Date.now()}`;
  await page.fill(".key-form [name='/name']", name);
  await page.click("form[action$='/keys'] button");
  assert.match(await page.locator("#secret").textContent(), /^rdk_/);
  if (process.env.REDRESS_SHOTS) await page.screenshot({ path: `${process.env.REDRESS_SHOTS}/admin-key-zh.png` });
  await page.goto(`${base}/console/admin/access`);
  assert.equal(await page.locator("#secret").count(), 0);
  await page.click(`tr:has-text('${name}') button`);
  await page.waitForSelector(`tr:has-text('${name}'):has-text('已作废')`);
});
