// The front desk: a complaint is taken in by the keyboard alone, from opening the page to the receipt, while what is known
// of the caller appears by itself.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { api, base, close, holder, inspect, phone, reader, signIn, until } from "./product.mjs";

after(close);

const SAID = {
  zh: { name: "赵刚", happened: "豆浆机漏水，柜台说：这不关我的事。", wants: "换一台新的", better: "这件事由我来跟进", category: "产品质量", taken: "林月", classify: "部门处理" },
  en: { name: "Gerald Zhao", happened: "The soy milk maker leaks. At the counter: that is not my business.", wants: "A new one", better: "I will see to it", category: "Product quality", taken: "林月", classify: "The department handles it" },
};

/// Presses Tab until `selector` has the focus.
const tabTo = (page, selector) => until(`${selector} has the focus`, async () => {
  if (await page.evaluate((selector) => document.activeElement.matches(selector), selector)) return true;
  await page.keyboard.press("Tab");
  return page.evaluate((selector) => document.activeElement.matches(selector), selector);
});
const focused = (page, selector) => page.evaluate((selector) => document.activeElement.matches(selector), selector);
const at = (place) => `[name='${place}']`;

/// A number of this run, so that nobody has called from it before.
let calls = 0;
const number = () => `139${String(Date.now()).slice(-7)}${(calls += 1) % 10}`;

for (const language of ["zh", "en"]) {
  test(`the keyboard alone registers a complaint (${language})`, { timeout: 60_000 }, async () => {
    const said = SAID[language];
    const call = number();
    const { number: before } = await api("lin.yue", "POST", "/complaints", {
      channel: "phone", category: "quality", narrative: "豆浆机漏水", complainant: { name: said.name, phone: call },
    });
    const page = await reader({ language });
    await signIn(page, "lin.yue");
    await tabTo(page, "a[href='/console/register']");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/console\/register$/);
    await inspect(page, `register-empty-${language}`);
    const started = Date.now();
    assert.ok(await focused(page, at("/complainant/phone")), "one types the number first");
    await page.keyboard.type(call);
    await page.waitForSelector(`#caller :text("${before}")`);
    assert.ok(await page.locator("#caller").textContent().then((text) => text.includes(said.name)), "who calls is known by name");
    assert.ok(await focused(page, at("/complainant/phone")), "and the focus stays where one types");
    await page.keyboard.press("Tab");
    await page.keyboard.type(said.name);
    // Enter in a line looks up and sends nothing.
    await page.keyboard.press("Enter");
    await tabTo(page, at("/category"));
    await until("the category is chosen", async () => {
      await page.keyboard.press("ArrowDown");
      return page.evaluate((label) => document.activeElement.selectedOptions[0].textContent.trim() === label, said.category);
    });
    await page.waitForSelector("#caller .alert-warning");
    await tabTo(page, at("/narrative"));
    await page.keyboard.type(said.happened);
    await page.waitForSelector(`#caller .avoid-words :text("${said.better}")`);
    await inspect(page, `register-known-${language}`);
    // What the playbook asks for and is missing is said in a list that has the focus.
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Delete");
    await page.keyboard.type(" ");
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector("#summary:focus");
    await inspect(page, `register-refused-${language}`);
    await tabTo(page, "#summary ul.wrong a");
    await page.keyboard.press("Enter");
    await tabTo(page, at("/narrative"));
    await page.keyboard.press("Control+a");
    await page.keyboard.type(said.happened);
    await tabTo(page, at("/demand"));
    await page.keyboard.type(said.wants);
    await tabTo(page, "input[name^='checklist/']");
    await page.keyboard.press("Space");
    await page.keyboard.press("Control+Enter");
    await page.waitForURL(/\/console\/registered\//);
    assert.ok(Date.now() - started < 60_000, "in under a minute");
    const [mine, code] = await page.locator(".receipt .big").allTextContents();
    assert.match(mine, /^TS\d+$/);
    assert.ok(code.length >= 8);
    const told = await page.locator("main").textContent();
    assert.ok(told.includes(said.taken) && told.includes(said.classify), told);
    await inspect(page, `registered-${language}`);
    assert.ok(await focused(page, "a[href='/console/register']"), "Enter begins the next one");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/console\/register$/);
  });
}

test("without any script the caller is looked up by a button, and on a phone all of it fits", { timeout: 60_000 }, async () => {
  const call = number();
  const { number: before } = await api("lin.yue", "POST", "/complaints", {
    channel: "phone", category: "quality", narrative: "豆浆机漏水", complainant: { name: "赵刚", phone: call },
  });
  const page = await reader({ language: "zh", script: false });
  await signIn(page, "chen.jing");
  await page.goto(`${base}/console/register`);
  await page.fill(at("/complainant/phone"), call);
  await page.fill(at("/narrative"), "豆浆机漏水，已经第二次。");
  await page.click("button[formaction='/console/register/look']");
  await page.waitForSelector(`#caller :text("${before}")`);
  assert.equal(await page.inputValue(at("/narrative")), "豆浆机漏水，已经第二次。");
  await page.click(".desk-send button");
  await page.waitForURL(/\/console\/registered\//);

  const small = await reader({ language: "en", viewport: phone, theme: "dark" });
  await signIn(small, "chen.jing");
  await small.goto(`${base}/console/register`);
  await small.fill(at("/complainant/phone"), call);
  await small.waitForSelector(`#caller :text("${before}")`);
  await inspect(small, "register-phone-dark-en");
});

test("what is within one's authority is settled on the spot", { timeout: 60_000 }, async () => {
  const page = await reader({ language: "zh" });
  await signIn(page, "he.xin");
  await page.goto(`${base}/console/register?channel=visit`);
  await page.fill(at("/complainant/phone"), number());
  await page.selectOption(at("/complained_of"), "sales");
  await page.fill(at("/narrative"), "收银员少找了一张小票。");
  await page.click("details.settle summary");
  await page.fill(at("/settlement/account"), "当场补打小票并致歉。");
  await page.check(at("/settlement/remedies/apology"));
  await inspect(page, "register-settle-zh");
  await page.click(".desk-send button");
  await page.waitForURL(/\/console\/registered\//);
  await page.waitForSelector("h1:text('已当场解决')");
  await inspect(page, "registered-settled-zh");

  // What is beyond it is refused, and nothing of what was typed is lost.
  await page.goto(`${base}/console/register?channel=visit`);
  await page.fill(at("/complainant/phone"), number());
  await page.selectOption(at("/complained_of"), "sales");
  await page.fill(at("/narrative"), "多收了五十元。");
  await page.click("details.settle summary");
  await page.fill(at("/settlement/account"), "退还五十元。");
  await page.check(at("/settlement/remedies/refund"));
  await page.fill(at("/settlement/remedies/refund/amount"), "50");
  await page.click(".desk-send button");
  await page.waitForSelector("#summary .alert-danger");
  await inspect(page, "register-beyond-zh");
  assert.equal(await page.inputValue(at("/settlement/account")), "退还五十元。");
});

test("what is unfinished is handed over, and the next shift takes note of it", { timeout: 60_000 }, async () => {
  const { number: unfinished } = await api("lin.yue", "POST", "/complaints", {
    channel: "phone", category: "quality", narrative: "电水壶不断电", complainant: { name: "孙悦", phone: number() },
  });
  const { person } = await holder(unfinished, "propose");
  const next = ["zhao.min", "sun.tao", "pan.li", "cai.hao"].find((one) => one !== person);
  const reading = await reader({ language: "en" });
  await signIn(reading, next);
  await reading.goto(`${base}/console/handovers`);
  await reading.waitForSelector("#live[data-state=on]");
  const writing = await reader({ language: "zh", viewport: phone });
  await signIn(writing, person);
  await writing.click("header nav a[href='/console/handovers']");
  await writing.fill(at("/note"), "客户下午三点后方便接听。");
  await inspect(writing, "handover-write-phone-zh");
  await writing.click("main form.once button[type=submit]");
  await writing.waitForSelector(".alert-success");
  await inspect(writing, "handover-written-phone-zh");
  // It comes by itself to whoever reads the log.
  const entry = reading.locator("#log article", { hasText: "客户下午三点后方便接听。" }).first();
  await entry.waitFor();
  assert.ok((await entry.textContent()).includes(unfinished));
  await entry.locator("button").click();
  await reading.waitForSelector(".alert-success");
  await inspect(reading, "handover-noted-en");
});

test("the screen on the wall is dark, tells the queues and changes by itself", { timeout: 60_000 }, async () => {
  for (const language of ["zh", "en"]) {
    const wall = await reader({ language, viewport: { width: 1920, height: 1080 } });
    await signIn(wall, "zhou.lan");
    await wall.goto(`${base}/console/board`);
    await wall.waitForSelector("#live[data-state=on]");
    assert.equal(await wall.getAttribute("html", "data-bs-theme"), "dark");
    const there = await wall.locator("#board tfoot td").last().textContent();
    assert.ok(Number(there) >= 1, "whoever looks is there");
    const waiting = async () => Number(await wall.locator("#board tfoot td").first().locator(".n").textContent());
    const before = await waiting();
    const { number: fresh } = await api("lin.yue", "POST", "/complaints", {
      channel: "phone", category: "quality", narrative: "电水壶不断电", complainant: { name: "孙悦", phone: number() },
    });
    const { complaint, person, work } = await holder(fresh, "propose");
    await api(person, "POST", `/work/${work}/hand-back`, { complaint, reason: "今天外出，不能办理。" });
    await until("the queue is longer", async () => (await waiting()) > before);
    await inspect(wall, `board-${language}`);
  }
});
