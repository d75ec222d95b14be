// The rooms of those who decide and manage: the inbox on a phone, a matter on one screen, several languages, figures that
// lead to their cases, the ledger, reports, what leaves as a file.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { api, base, close, desk, holder, inspect, phone, reader, signIn } from "./product.mjs";

after(close);

/// A complaint that waits for a leader's decision.
const proposed = async () => {
  const { number } = await api("zhou.lan", "POST", "/complaints", {
    channel: "phone", category: "quality", narrative: "电饭煲用了两次就不加热了，周末没法做饭。", demand: "退款",
    complainant: { name: "王芳", phone: "13800001234" },
  });
  const { complaint, person, work } = await holder(number, "propose");
  const { case: routed } = await api(person, "GET", `/complaints/${complaint}`);
  const { visit, epoch } = routed.works.find((one) => one.work === work);
  await api(person, "POST", `/complaints/${complaint}/propose`, {
    visit, epoch, remedies: [{ remedy: "refund", amount: 29900 }], liable: "supplier", reason: "内胆温控故障，属于质量问题。",
  });
  return { number, ...(await holder(number, "decide")) };
};

for (const [language, verdict] of [["zh", "approve"], ["en", "refuse"]]) {
  test(`an approver decides on a phone (${language})`, { timeout: 60_000 }, async () => {
    const { number, complaint, person, work } = await proposed();
    const page = await reader({ language, viewport: phone });
    await signIn(page, person);
    await page.click("nav a[href='/console/approvals']");
    await page.waitForURL(/approvals/);
    await page.waitForSelector(`.decisions :text("${number}")`);
    await inspect(page, `approvals-phone-${language}`);
    await page.click(`.decisions a[href="/console/approvals/${complaint}/${work}"].btn`);
    await page.waitForURL(new RegExp(work));
    assert.ok(await page.locator("text=¥299.00").count() > 0, "the amount is seen");
    assert.ok(await page.locator("text=周末没法做饭").count() > 0, "the customer's own words are seen");
    await inspect(page, `approval-phone-${language}`);
    const button = page.locator(`button[value='${verdict}']`);
    const { height } = await button.boundingBox();
    assert.ok(height >= 44, `a thumb needs 44 pixels, not ${height}`);
    if (verdict === "refuse") await page.fill("[name='/reason']", "Too much for what happened: half of it.");
    await button.click();
    await page.waitForSelector(`.alert-success:has-text("${number}")`);
    assert.match(page.url(), /approvals/, "and on to what waits next");
  });
}

test("a matter on one screen at the desk, and one that is not mine", { timeout: 60_000 }, async () => {
  const { complaint, person, work } = await proposed();
  const page = await reader({ language: "zh", viewport: desk });
  await signIn(page, person);
  await page.goto(`${base}/console/approvals/${complaint}/${work}`);
  await inspect(page, "approval-desk-zh");
  const dark = await reader({ language: "en", viewport: desk, theme: "dark" });
  await signIn(dark, person);
  await dark.goto(`${base}/console/approvals/${complaint}/${work}`);
  await inspect(dark, "approval-desk-dark-en");
  // A refusal without a reason is told where it was given, and nothing is changed.
  await dark.click("button[value='refuse']");
  await dark.waitForSelector(".alert-danger");
  const other = await reader({ language: "zh" });
  await signIn(other, "shen.yi");
  await other.goto(`${base}/console/approvals/${complaint}/${work}`);
  await other.waitForSelector(".empty");
});

for (const [language, theme, viewport] of [["zh", "light", desk], ["en", "dark", desk], ["en", "light", phone]]) {
  const name = `${viewport === phone ? "phone" : "desk"}-${theme}-${language}`;
  test(`a manager's rooms (${name})`, { timeout: 90_000 }, async () => {
    const page = await reader({ language, theme, viewport });
    await signIn(page, "qian.guo");
    await page.goto(`${base}/console/figures`);
    await page.waitForSelector("#volume canvas");
    await inspect(page, `figures-${name}`);
    await page.locator("#volume summary").click();
    await inspect(page, `figures-table-${name}`);

    const total = page.locator(".totals a").first();
    const counted = Number(await total.evaluate((link) => link.firstChild.textContent));
    await total.click();
    await page.waitForURL(/ledger\?/);
    const lines = await page.locator("tbody tr").count();
    assert.ok(counted > 0 && lines === Math.min(counted, 50), `${counted} counted, ${lines} listed`);
    await inspect(page, `ledger-${name}`);
    await page.goto(`${base}/console/supervision`);
    await page.waitForSelector("tbody tr");
    await inspect(page, `supervision-${name}`);
    await page.goto(`${base}/console/reports`);
    await inspect(page, `reports-${name}`);
  });
}

test("the ledger is found by number and by a caller's number, and leaves as a file", { timeout: 60_000 }, async () => {
  const { number } = await proposed();
  const page = await reader({ language: "zh" });
  await signIn(page, "zhou.lan");
  await page.goto(`${base}/console/ledger`);
  await page.fill("#search", number);
  await page.click("form[role=search] button[type=submit]");
  await page.waitForURL(/search=/);
  assert.equal(await page.locator("tbody tr").count(), 1);
  await page.click("main summary:has-text('按客户电话')");
  await page.fill("#phone", "13800001234");
  await page.click("main details form button[type=submit]");
  await page.waitForSelector("h2:has-text('该客户的投诉')");
  assert.ok(await page.locator("tbody tr").count() > 0);
  assert.ok(!page.url().includes("1380000"), "whom it is about stands in no address");
  await inspect(page, "ledger-caller-zh");
  await page.goto(`${base}/console/ledger`);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("a[href^='/console/ledger.csv']")]);
  assert.equal(download.suggestedFilename(), "ledger.csv");
});

test("without any script every figure is in a table", { timeout: 30_000 }, async () => {
  const page = await reader({ language: "zh", script: false });
  await signIn(page, "qian.guo");
  await page.goto(`${base}/console/figures`);
  await page.locator("#volume summary").click();
  assert.ok(await page.locator("#volume td a").count() > 0);
  assert.equal(await page.locator("canvas").count(), 0);
});
