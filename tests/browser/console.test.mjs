// What a day at the console meets: work that comes by itself, two people at once, a lost connection, a session that is
// over, a phone, no script, and the keyboard alone.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { api, base, close, holder, inspect, password, organisation, phone, reader, signIn, until } from "./product.mjs";

after(close);

const register = (category = "quality") => api("zhou.lan", "POST", "/complaints", {
  channel: "phone", category, narrative: "微波炉门关不严，转盘有异响。", demand: "换货", complainant: { name: "李强", phone: "13900005678" },
});

/// A complaint whose work waits in the queue: whoever got it hands it back.
const queued = async () => {
  const { number } = await register();
  const { complaint, person, work } = await holder(number, "propose");
  await api(person, "POST", `/work/${work}/hand-back`, { complaint, reason: "今天外出，不能办理。" });
  return { number, complaint, work, person };
};

/// A handler of the department other than these.
const colleague = (...others) => ["zhao.min", "sun.tao", "pan.li", "cai.hao"].find((one) => !others.includes(one));

test("signing in: wrong, right, out", { timeout: 30_000 }, async () => {
  const page = await reader({ language: "en" });
  await page.goto(`${base}/console`);
  await page.waitForURL(/sign-in/);
  await inspect(page, "sign-in-en");
  await page.fill("[name='/name']", "zhao.min");
  await page.fill("[name='password']", "not the password");
  await page.click("main button[type=submit]");
  await page.waitForSelector(".alert-danger");
  page.complaints = [];
  await inspect(page, "sign-in-wrong-en");
  await signIn(page, "zhao.min");
  await inspect(page, "work-en");
  await page.click("header details.menu > summary");
  await page.click("form[action='/console/sign-out'] button");
  await page.waitForURL(/sign-in/);
  await page.goto(`${base}/console/work`);
  await page.waitForURL(/sign-in\?back=/);
});

test("the queue changes by itself; of two who claim one is told why not", { timeout: 60_000 }, async () => {
  const first = await reader({ language: "zh" });
  await signIn(first, "zhao.min");
  await first.goto(`${base}/console/work?of=queue`);
  await first.waitForSelector("#live[data-state=on]");
  const { number, work } = await queued();
  const row = first.locator(`#w${work}`);
  await row.waitFor();
  await inspect(first, "queue-zh");

  const second = await reader({ language: "zh" });
  await signIn(second, "sun.tao");
  // Both have the page; the second one's is kept from changing, as if they clicked in the same moment.
  await second.route("**/console/work/events", (route) => route.abort());
  await second.goto(`${base}/console/work?of=queue`);
  await second.locator(`#w${work}`).waitFor();
  await row.locator("form button").click();
  await first.waitForSelector(`.alert-success:has-text("${number}")`);
  await row.waitFor({ state: "detached" });
  await second.locator(`#w${work} form button`).click();
  await second.waitForSelector(".alert-danger");
  second.complaints = []; // that its stream was cut off
  await inspect(second, "claim-refused-zh");
});

test("a lost connection is said, and what was missed is there afterwards", { timeout: 60_000 }, async () => {
  const page = await reader({ language: "en" });
  await signIn(page, "pan.li");
  await page.goto(`${base}/console/work?of=department`);
  await page.waitForSelector("#live[data-state=on]");
  await page.context().setOffline(true);
  await page.waitForSelector("#live[data-state=off] .live-off");
  if (process.env.REDRESS_SHOTS) await page.screenshot({ path: `${process.env.REDRESS_SHOTS}/connection-lost-en.png` });
  const { number } = await register();
  await holder(number, "propose");
  await page.context().setOffline(false);
  await page.waitForSelector(`a.number:text-is("${number}")`, { timeout: 20_000 });
  await page.waitForSelector("#live[data-state=on]");
});

test("a session that is over leads to sign-in and back", { timeout: 30_000 }, async () => {
  const page = await reader({ language: "zh" });
  await signIn(page, "zhao.min");
  // The page that is left might ask for news meanwhile, and be led to sign-in by itself.
  await page.goto("about:blank");
  await page.context().clearCookies({ name: "redress_session" });
  await page.goto(`${base}/console/work?of=department`);
  await page.waitForURL(/sign-in/);
  await page.fill("[name='/organisation']", organisation);
  await page.fill("[name='/name']", "zhao.min");
  await page.fill("[name='password']", password);
  await page.click("main button[type=submit]");
  await page.waitForURL(/of=department/);
});

test("on a phone and in English the list and a case fit", { timeout: 60_000 }, async () => {
  const { number, person } = await queued();
  const page = await reader({ language: "en", viewport: phone });
  await signIn(page, colleague(person));
  await page.goto(`${base}/console/work?of=queue`);
  await inspect(page, "queue-phone-en");
  await page.click(`a.number:text-is("${number}")`);
  await page.waitForURL(/cases/);
  await inspect(page, "case-phone-en");
});

test("without any script forms still do what they say", { timeout: 60_000 }, async () => {
  const { number, work, person } = await queued();
  const page = await reader({ language: "zh", script: false });
  await signIn(page, colleague(person));
  await page.goto(`${base}/console/work?of=queue`);
  await page.locator(`#w${work} form button`).click();
  await page.waitForSelector(`.alert-success:has-text("${number}")`);
  await page.goto(`${base}/console/work`);
  await page.locator(`#w${work} summary`).click();
  await page.locator(`#w${work} textarea`).fill("需要物流部先核实。");
  await page.locator(`#w${work} button:has-text("退回")`).click();
  await page.waitForSelector(`.alert-success:has-text("${number}")`);
});

test("the keyboard alone claims a piece of work", { timeout: 60_000 }, async () => {
  const { number, work, person } = await queued();
  const page = await reader({ language: "en" });
  await signIn(page, colleague(person));
  await page.goto(`${base}/console/work?of=queue`);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  await until("the button has the focus", async () => {
    await page.keyboard.press("Tab");
    return page.evaluate((id) => document.activeElement.matches(`#${CSS.escape(id)} form button`), `w${work}`);
  });
  await page.keyboard.press("Enter");
  await page.waitForSelector(`.alert-success:has-text("${number}")`);
});
