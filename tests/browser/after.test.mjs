// Customer service, after: whom to answer, contact and call back, with what is to be known before one speaks; words to
// avoid as they are typed; what customers say to it, as it comes in.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { api, base, close, desk, holder, inspect, onList, phone, reader, signIn, submit, until } from "./product.mjs";

after(close);

/// A complaint whose solution is approved: the customer is to be told.
const decided = async (happened) => {
  const { number } = await api("zhou.lan", "POST", "/complaints", {
    channel: "phone", category: "quality", narrative: happened, demand: "退款",
    complainant: { name: "孙丽", phone: `139${String(Math.floor(Math.random() * 1e8)).padStart(8, "0")}` },
  });
  const at = async (task) => {
    const held = await holder(number, task);
    const { case: routed } = await api("zhou.lan", "GET", `/complaints/${held.complaint}`);
    const { visit, epoch } = routed.works.find((one) => one.work === held.work);
    return { ...held, visit, epoch };
  };
  const propose = await at("propose");
  await api(propose.person, "POST", `/complaints/${propose.complaint}/propose`, {
    visit: propose.visit, epoch: propose.epoch, remedies: [{ remedy: "refund", amount: 12900 }], liable: "supplier",
    reason: "质量问题，予以退款。",
  });
  const decide = await at("decide");
  const { approval } = await api(decide.person, "GET", `/complaints/${decide.complaint}`);
  const { round } = approval.visits.find((one) => one.visit === decide.visit);
  await api(decide.person, "POST", `/complaints/${decide.complaint}/decide`, {
    visit: decide.visit, epoch: decide.epoch, round: round.id, decision: "approve",
  });
  return { number, at };
};

/// One that is to be called back.
const told = async (happened) => {
  const { number, at } = await decided(happened);
  const reply = await at("reply");
  await api(reply.person, "POST", `/complaints/${reply.complaint}/reply`, {
    visit: reply.visit, epoch: reply.epoch, channel: "phone",
  });
  return { number, ...(await at("callback")) };
};

const line = (number) => `.after-line:has(a.number:text-is("${number}"))`;

for (const [language, theme, viewport] of [["zh", "light", desk], ["en", "dark", desk], ["en", "light", phone]]) {
  const name = `${viewport === phone ? "phone" : "desk"}-${theme}-${language}`;
  test(`a reply is told from the list, with the script beside it and words to avoid marked (R-259, ${name})`, { timeout: 120_000 }, async () => {
    const { number, at } = await decided("热水壶漏水，烫到了手。");
    const { person } = await at("reply");
    const page = await reader({ language, theme, viewport });
    await signIn(page, person);
    await page.click("nav a[href='/console/after']");
    await page.waitForSelector(line(number));
    assert.notEqual(await page.locator(`${line(number)} .after-due`).innerText(), "", "until when is in sight");
    assert.match(await page.locator(`${line(number)} a[href^='tel:139']`).getAttribute("href"), /^tel:139\d{8}$/);
    await page.click(`${line(number)} summary`);
    await inspect(page, `after-replies-${name}`);
    await page.click(`${line(number)} a.btn-primary`);
    await page.waitForURL(/\/do\//);
    await page.selectOption("[name='/channel']", "phone");
    await page.locator("[name='/text']").pressSequentially(language === "zh" ? "这不关我的事，您去找厂家。" : "Well, that is not my business.");
    await page.waitForSelector("#wording mark");
    assert.match(await page.locator("#wording").innerText(), language === "zh" ? /这件事由我来跟进/ : /I will see to it/);
    await inspect(page, `after-reply-form-${name}`);
    await page.fill("[name='/text']", language === "zh" ? "很抱歉给您带来不便，退款 129 元今日办理。" : "We are sorry for the trouble; 129 yuan are refunded today.");
    await page.locator("#wording mark").waitFor({ state: "detached" });
    await page.click("main form.once button.btn-primary");
    await page.waitForURL(/\/console\/after\?list=replies.*done=finished/);
    await page.waitForSelector(`.alert-success:has-text("${number}")`);
    await page.locator(line(number)).waitFor({ state: "detached" });
  });
}

test("callbacks appear by themselves, with what a director notes, and are marked when the customer is not reached", { timeout: 120_000 }, async () => {
  const { complaint, number, person, visit, epoch } = await told("电风扇异响，晚上没法睡。");
  const page = await reader({ language: "zh" });
  await signIn(page, person);
  await page.goto(`${base}/console/after?list=callbacks`);
  await page.waitForSelector(line(number));
  await page.evaluate(() => { window.sameDocument = true; });
  await api("zhou.lan", "POST", `/complaints/${complaint}/callback-notes`, { note: "客户上夜班，下午三点后再打。" });
  await page.waitForSelector(`${line(number)} .alert-warning:has-text("下午三点后")`, { timeout: 3_000 });
  await api(person, "POST", `/complaints/${complaint}/callback`, { visit, epoch, reached: false });
  await page.waitForSelector(`${line(number)}:has-text("已尝试 1 次")`, { timeout: 3_000 });
  await inspect(page, "after-callbacks-zh");
  // Another one comes while the page is open, for whoever of the department looks at all of it.
  await page.goto(`${base}/console/after?list=callbacks&of=department`);
  await page.evaluate(() => { window.sameDocument = true; });
  const other = await told("收音机没有声音。");
  await page.waitForSelector(line(other.number), { timeout: 5_000 });
  assert.equal(await page.evaluate(() => window.sameDocument), true, "the page was not loaded anew");
  await inspect(page, "after-callbacks-department-zh");
  // A lost connection is said.
  await page.context().setOffline(true);
  await page.waitForSelector("#live[data-state=off] .live-off");
  await page.context().setOffline(false);
  await page.waitForSelector("#live[data-state=on]");
});

for (const [language, theme, viewport] of [["zh", "light", desk], ["en", "dark", phone]]) {
  const name = `${viewport === phone ? "phone" : "desk"}-${theme}-${language}`;
  test(`what customers answer comes in live, and who is not satisfied stands out (R-200, ${name})`, { timeout: 120_000 }, async () => {
    const { complaint, number, person, visit, epoch } = await told("豆浆机打不碎豆子。");
    const page = await reader({ language, theme, viewport });
    await signIn(page, "zhou.lan");
    await page.goto(`${base}/console/after/satisfaction`);
    await page.evaluate(() => { window.sameDocument = true; });
    await api(person, "POST", `/complaints/${complaint}/callback`, {
      visit, epoch, reached: true, satisfaction: "dissatisfied", opinion: "修好两天又坏了，要求换货。",
    });
    const answer = `.answer.not:has(a.number:text-is("${number}"))`;
    await page.waitForSelector(answer, { timeout: 3_000 });
    // It went back to the department, and the page says so by itself.
    await page.waitForSelector(`${answer} .answer-next:has-text("${language === "zh" ? "部门处理" : "The department handles it"}")`, { timeout: 5_000 });
    assert.equal(await page.evaluate(() => window.sameDocument), true, "the page was not loaded anew");
    await inspect(page, `after-satisfaction-${name}`);
    await page.click(".picks a[href*='positive=true']");
    await page.waitForURL(/positive=true/);
    assert.equal(await page.locator(answer).count(), 0);
  });
}

test("a customer of a long case must hear from us again, and whoever spoke with them says so (R-188)", { timeout: 120_000 }, async () => {
  const of = "p38";
  const { number } = await submit(of, "zh", { category: "quality", happened: "买的面包里有异物。" });
  const { complaint, person } = await onList(of, ["da.acceptor"], number, "contact");
  const reached = new Date(Date.now() - 60_000).toISOString();
  await api(person, "POST", `/complaints/${complaint}/facts`, { facts: { last_contact: reached } }, of);
  const first = await reader({ language: "zh" });
  await signIn(first, person, of);
  await first.goto(`${base}/console/after?list=contacts`);
  await first.waitForSelector(line(number));
  await inspect(first, "after-contacts-zh");
  // The first contact and the handling may be with two acceptors; one of them owes the next word.
  const owed = await until("the next word is owed", async () => {
    const { items } = await api(person, "GET", "/contacts?of=department", undefined, of);
    return items.find((one) => one.number === number);
  });
  const page = await reader({ language: "zh" });
  await signIn(page, owed.person, of);
  await page.goto(`${base}/console/after?list=progress`);
  await page.waitForSelector(`${line(number)}:has-text("每周至少联系一次")`);
  await inspect(page, "after-progress-zh");
  await page.click(`${line(number)} a.btn-primary`);
  await page.waitForURL(/fact\.record/);
  await page.fill("[name='/facts/last_contact']", new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 16));
  await page.click("main form.once button.btn-primary");
  await page.waitForURL(/list=progress.*done=finished/);
  await until("the limit begins anew", async () => {
    await page.reload();
    return /今天/.test(await page.locator(`${line(number)} .after-tried`).innerText());
  });
});

test("without any script the wording is checked by a button, and nothing is ordered by it", { timeout: 60_000 }, async () => {
  const { number, at } = await decided("电热毯不热。");
  const { person, complaint, work } = await at("reply");
  const page = await reader({ language: "zh", script: false });
  await signIn(page, person);
  await page.goto(`${base}/console/cases/${complaint}/do/${work}`);
  await page.fill("[name='/text']", "您说错了。");
  await page.click("noscript button");
  await page.waitForSelector("#wording mark");
  assert.equal(await page.locator("[name='/text']").inputValue(), "您说错了。");
  assert.equal((await at("reply")).work, work, `${number} is still to be told`);
});
