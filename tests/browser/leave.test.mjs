// Leave, deputies and shifts: everybody plans their own, whoever directs people theirs, administrators the shifts.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { api, base, close, desk, inspect, phone, reader, signIn } from "./product.mjs";

after(close);

for (const [language, theme, viewport] of [["zh", "light", desk], ["en", "dark", phone]]) {
  const name = `${viewport === phone ? "phone" : "desk"}-${theme}-${language}`;
  test(`somebody plans, changes and withdraws their own leave (${name})`, { timeout: 60_000 }, async () => {
    const page = await reader({ language, theme, viewport });
    await signIn(page, language === "zh" ? "he.xin" : "song.jia");
    await page.click("details.menu > summary");
    await page.click("a[href='/console/leave']");
    await page.waitForURL(/leave/);
    await page.fill("[name$='/from']:visible", "2031-05-04T09:00");
    await page.fill("[name$='/until']:visible", "2031-05-03T09:00");
    await page.selectOption("[name$='/deputy']:visible", "lin.yue");
    await page.click("main form.once button.btn-primary:visible");
    await page.waitForSelector(".refused");
    await inspect(page, `leave-refused-${name}`);
    await page.fill("[name$='/until']:visible", "2031-05-09T18:00");
    await page.click("main form.once button.btn-primary:visible");
    await page.waitForURL(/done=put/);
    await page.waitForSelector(`.leave:has-text("${language === "zh" ? "由林月代理" : "林月 stands in"}")`);
    await page.click(".leave summary");
    await inspect(page, `leave-own-${name}`);
    await page.fill(".leave [name$='/until']", "2031-05-10T18:00");
    await page.click(".leave button[value=put]");
    await page.waitForURL(/done=put/);
    assert.match(await page.locator(".leave strong").innerText(), language === "zh" ? /5月10日 18:00/ : /10 May 2031 18:00/);
    await page.click(".leave summary");
    await page.click(".leave button[value=withdraw]");
    await page.waitForURL(/done=withdrawn/);
    assert.equal(await page.locator(".leave").count(), 0);
  });
}

test("whoever directs people plans their leave; others may not, and what a colleague changed meanwhile is not undone", { timeout: 60_000 }, async () => {
  const page = await reader({ language: "zh" });
  await signIn(page, "gao.feng");
  await page.goto(`${base}/console/leave`);
  await inspect(page, "leave-leader-zh");
  await page.click("tr:has-text('潘丽') a.btn");
  await page.waitForURL(/leave\/pan\.li/);
  // Meanwhile somebody else takes all of it back.
  await api("gao.feng", "PUT", "/directory/people/pan.li/absences", { absences: [] });
  const form = page.locator("main form.once").last();
  await form.locator("[name$='/from']").fill("2031-06-01T09:00");
  await form.locator("[name$='/until']").fill("2031-06-02T09:00");
  await form.locator("button.btn-primary").click();
  await page.waitForSelector(".alert-danger");
  await inspect(page, "leave-overtaken-zh");
  const other = await reader({ language: "zh" });
  await signIn(other, "zhao.min");
  await other.goto(`${base}/console/leave/pan.li`);
  await other.waitForSelector("h1:has-text('您无权办理此事')");
});

test("an administrator adds a shift and puts somebody on it", { timeout: 60_000 }, async () => {
  const page = await reader({ language: "zh" });
  await signIn(page, "shen.yi");
  await page.goto(`${base}/console/admin/directory`);
  await page.click("#shifts a.btn");
  await page.waitForURL(/shift=_/);
  await page.fill("[name='/shifts/0/id']", "late");
  await page.fill("[name='/shifts/0/name/zh']", "晚班");
  await page.fill("[name='/shifts/0/name/en']", "Late shift");
  await page.fill("[name='/shifts/0/week/monday']", "14:00-25:00");
  await page.click("#shifts button.btn-primary");
  await page.waitForSelector("#shifts .refused");
  await inspect(page, "leave-shift-refused-zh");
  for (const day of ["monday", "tuesday", "wednesday", "thursday", "friday"]) {
    await page.fill(`[name='/shifts/0/week/${day}']`, "14:00-18:00，19:00-22:00");
  }
  await page.click("#shifts button.btn-primary");
  await page.waitForURL(/done=shift/);
  await page.waitForSelector("#shifts :text('晚班')");
  await inspect(page, "leave-shifts-zh");
  await page.click("tr:has-text('梁雨') a[href$='/liang.yu']");
  await page.waitForURL(/leave\/liang\.yu/);
  await page.selectOption("[name='/people/0/shift']", "late");
  await page.fill("[name='/people/0/roster/0/date']", "2031-05-01");
  await page.click("form[action$='/shift'] button");
  await page.waitForURL(/done=roster/);
  assert.equal(await page.locator("[name='/people/0/shift']").inputValue(), "late");
  assert.equal(await page.locator("[name='/people/0/roster/0/date']").inputValue(), "2031-05-01");
  await inspect(page, "leave-person-zh");
});
