// What interrupts somebody who fills in a form: a colleague who is quicker, a session that is over, a sign-out elsewhere.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { api, base, close, holder, inspect, organisation, password, reader, signIn } from "./product.mjs";

after(close);

const register = () => api("zhou.lan", "POST", "/complaints", {
  channel: "phone", category: "quality", narrative: "电水壶漏水。", demand: "退货", complainant: { name: "李强", phone: "13900007788" },
});

/// A colleague of the department who can be there.
const colleague = (other) => ["zhao.min", "sun.tao", "pan.li", "cai.hao"].find((one) => one !== other);

const fillIn = async (page) => {
  await page.check("[name='/remedies/refund']");
  await page.fill("[name='/remedies/refund/amount']", "88");
  await page.selectOption("[name='/liable']", "supplier");
  await page.fill("[name='/reason']", "密封圈老化，属于质量问题。");
};

for (const language of ["zh", "en"]) {
  test(`of two who do the same the second is told what happened, and keeps what they typed (${language})`, { timeout: 60_000 }, async () => {
    const { number } = await register();
    const { complaint, person, work } = await holder(number, "propose");
    const page = await reader({ language });
    await signIn(page, person);
    await page.goto(`${base}/console/cases/${complaint}/do/${work}`);
    await fillIn(page);

    const other = colleague(person);
    await api(person, "POST", `/work/${work}/hand-back`, { complaint, reason: "外出" });
    await api(other, "POST", `/work/${work}/claim`, { complaint });
    const shown = await api(other, "GET", `/complaints/${complaint}`);
    const { visit, epoch } = shown.case.works.find((one) => one.work === work);
    await api(other, "POST", `/complaints/${complaint}/propose`, {
      visit, epoch, remedies: [{ remedy: "refund", amount: 9900 }], liable: "supplier", reason: "漏水属实。",
    });

    await page.click("main form.once button[type=submit]");
    await page.waitForSelector(".alert-danger");
    assert.equal(await page.inputValue("[name='/reason']"), "密封圈老化，属于质量问题。");
    assert.ok(await page.locator(".alert-warning .timeline-plain li").count() > 0, "what happened meanwhile is told");
    assert.match(await page.locator(".alert-warning").innerText(), /¥99\.00/);
    page.complaints = []; // the browser notes the refusal
    await inspect(page, `overtaken-${language}`);
  });
}

test("a session that is over in the middle of a form loses nothing that was typed", { timeout: 60_000 }, async () => {
  const { number } = await register();
  const { complaint, person, work } = await holder(number, "propose");
  const page = await reader({ language: "zh" });
  await signIn(page, person);
  await page.goto(`${base}/console/cases/${complaint}/do/${work}`);
  await fillIn(page);
  await page.context().clearCookies({ name: "redress_session" });
  await page.click("main form.once button[type=submit]");
  await page.waitForURL(/sign-in/);
  await page.fill("[name='/organisation']", organisation);
  await page.fill("[name='/name']", person);
  await page.fill("[name='password']", password);
  await page.click("main button[type=submit]");
  await page.waitForURL(new RegExp(`/do/${work}`));
  await page.waitForSelector(".alert-warning");
  assert.equal(await page.inputValue("[name='/reason']"), "密封圈老化，属于质量问题。");
  assert.ok(await page.isChecked("[name='/remedies/refund']"));
  await inspect(page, "typed-kept-zh");
  await page.click("main form.once button[type=submit]");
  await page.waitForURL(/done=finished/);
  assert.equal(await page.evaluate(() => Object.keys(sessionStorage).length), 0, "nothing is kept once it was sent");
});

test("a page whose reader signed out elsewhere is not updated any more and says so", { timeout: 60_000 }, async () => {
  const page = await reader({ language: "en" });
  await signIn(page, "pan.li");
  await page.goto(`${base}/console/work?of=department`);
  await page.waitForSelector("#live[data-state=on]");
  const second = await page.context().newPage();
  await second.goto(`${base}/console/work`);
  await second.click("header details.menu > summary");
  await second.click("form[action='/console/sign-out'] button");
  await second.waitForURL(/sign-in/);
  await page.waitForSelector("#live[data-state=over] .live-over", { timeout: 15_000 });
  page.complaints = [];
  await inspect(page, "live-over-en");
  // Whichever heard of it first, the list or the stream: the stream may have been about to come again.
  await page.waitForTimeout(1_000);
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.waitForTimeout(3_000);
  assert.deepEqual(asked, [], "nothing is asked for any more");
  await page.click("#live .live-over a");
  await page.waitForURL(/sign-in\?back=/);
});

test("a page that finds by itself that its session is over stays what it was and says so", { timeout: 60_000 }, async () => {
  const page = await reader({ language: "en" });
  await signIn(page, "pan.li");
  await page.goto(`${base}/console/work?of=department`);
  await page.waitForSelector("#live[data-state=on]");
  const shown = await page.locator("#work").innerText();
  await page.context().clearCookies({ name: "redress_session" });
  const refused = page.waitForResponse((response) => response.status() === 401);
  await page.evaluate(() => htmx.trigger("#live", "changed"));
  await refused;
  await page.waitForSelector("#live[data-state=over] .live-over");
  assert.equal(await page.locator("#work").innerText(), shown, "what was there can still be read");
  assert.match(page.url(), /\/console\/work/);
});

test("in the language of the reader, whatever page a form made", { timeout: 60_000 }, async () => {
  const page = await reader({ language: "en" });
  await page.goto(base);
  await page.fill("[name='/number']", "TS1");
  await page.fill("[name='/code']", "AAAAA-AAAAA");
  await page.click("main form button[type=submit]");
  await page.waitForSelector(".alert-danger");
  await page.click("header details.menu > summary");
  await page.click("form.preference button[value=zh]");
  await page.waitForSelector("html[lang='zh-CN']");
  await page.waitForSelector(".hero");
  await page.goto(`${base}/portal/${organisation}/complaint`);
  await page.waitForSelector(".alert-warning");
  await inspect(page, "portal-ended-zh");
});
