// What forms must never do: write over what a colleague wrote, keep what was emptied, give more than was proposed; and what
// else is done with a whole case: its level is raised, it is taken back.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { api, base, close, desk, holder, inspect, onList, phone, reader, sendTwice, signIn, submit } from "./product.mjs";

after(close);

const sent = (page) => page.click("main form.once button[type=submit]");

for (const language of ["zh", "en"]) {
  test(`two people fill in one form: nobody's words are lost (${language})`, { timeout: 90_000 }, async () => {
    const of = "p38";
    const { number } = await submit(of, language, { category: "quality", happened: "鞋子穿了两天就开胶。" });
    const { complaint, person } = await onList(of, ["da.acceptor"], number, "contact");
    const colleague = (fields) => api(person, "POST", `/complaints/${complaint}/forms`, { form: "handling_form", fields }, of);
    const stands = async () => {
      const { fields } = await api(person, "GET", `/complaints/${complaint}/forms/handling_form`, undefined, of);
      return Object.fromEntries(fields.filter((one) => one.from === "written").map((one) => [one.key, one.value]));
    };
    await colleague({ cause: "胶水失效", course: "穿了两天开胶" });
    const page = await reader({ language, theme: language === "en" ? "dark" : "light", viewport: language === "en" ? phone : desk });
    await signIn(page, person, of);
    const address = `${base}/console/cases/${complaint}/do/handling_form/form.fill`;

    await page.goto(address);
    await colleague({ cause: "鞋底胶水批次失效" });
    await page.fill("[name='/fields/course']", "穿了两天开胶，已拍照");
    await sendTwice(page, complaint);
    assert.deepEqual([(await stands()).cause, (await stands()).course], ["鞋底胶水批次失效", "穿了两天开胶，已拍照"]);

    await page.goto(address);
    await colleague({ course: "穿了三天开胶" });
    await page.fill("[name='/fields/course']", "穿了两天开胶，照片三张");
    await sent(page);
    await page.waitForSelector(".alert-danger");
    assert.equal(await page.inputValue("[name='/fields/course']"), "穿了两天开胶，照片三张");
    assert.match(await page.locator("main form.once blockquote").innerText(), /穿了三天开胶/, "what stands there now is told");
    page.complaints = []; // the browser notes the refusal
    await inspect(page, `form-two-writers-${language}`);
    await sendTwice(page, complaint);
    assert.equal((await stands()).course, "穿了两天开胶，照片三张", "now knowingly");

    await page.goto(address);
    await page.fill("[name='/fields/cause']", "");
    await sendTwice(page, complaint);
    assert.equal((await stands()).cause, null, "what was emptied is empty");
  });
}

/// A refund of 299 yuan that waits for a leader's decision.
const proposed = async () => {
  const { number } = await api("zhou.lan", "POST", "/complaints", {
    channel: "phone", category: "quality", narrative: "微波炉转盘不转。", complainant: { name: "王芳", phone: "13800001234" },
  });
  const { complaint, person, work } = await holder(number, "propose");
  const { case: routed } = await api(person, "GET", `/complaints/${complaint}`);
  const { visit, epoch } = routed.works.find((one) => one.work === work);
  await api(person, "POST", `/complaints/${complaint}/propose`, {
    visit, epoch, remedies: [{ remedy: "refund", amount: 29900 }, { remedy: "apology", amount: 0 }], liable: "supplier", reason: "电机故障。",
  });
  return { number, ...(await holder(number, "decide")) };
};

for (const [language, viewport, theme] of [["zh", phone, "light"], ["en", desk, "dark"]]) {
  test(`an approver gives less than was proposed, and never more (${language})`, { timeout: 60_000 }, async () => {
    const { number, complaint, person, work } = await proposed();
    const page = await reader({ language, viewport, theme });
    await signIn(page, person);
    await page.goto(`${base}/console/approvals/${complaint}/${work}`);
    assert.equal(await page.inputValue("[name='/remedies/refund']"), "299.00");
    await inspect(page, `approve-less-${language}`);
    await page.fill("[name='/remedies/refund']", "399");
    await page.fill("[name='/reason']", "三年前购买，按折旧退款。");
    await page.click("button[value='approve']");
    await page.waitForSelector(".alert-danger");
    assert.equal(await page.inputValue("[name='/remedies/refund']"), "399", "what was typed is kept");
    page.complaints = [];
    await inspect(page, `approve-more-refused-${language}`);
    await page.fill("[name='/remedies/refund']", "180.50");
    await page.check("[name='/decision'][value='approve']");
    await sendTwice(page, complaint);
    const seen = await api("zhou.lan", "GET", `/complaints/${complaint}`);
    const versions = seen.investigation.instances.at(-1).proposals.map((one) => [one.version, one.total]);
    assert.deepEqual(versions, [[1, 29900], [2, 18050]], `${number}: the proposal stays, and what was given is its next version`);
    await page.goto(`${base}/console/cases/${complaint}`);
    await page.waitForSelector(".round :text('¥180.50')");
    await inspect(page, `approved-less-${language}`);
  });
}

for (const language of ["zh", "en"]) {
  test(`a level is raised, and a complaint is taken back (${language})`, { timeout: 60_000 }, async () => {
    const of = "p38";
    const { number } = await submit(of, language, { category: "quality", happened: "鞋跟断了。" });
    const { complaint, person } = await onList(of, ["da.acceptor"], number, "contact");
    const page = await reader({ language, viewport: language === "zh" ? phone : desk });
    await signIn(page, person, of);
    await page.goto(`${base}/console/cases/${complaint}`);
    await page.click("a[href$='/do/case/case.raise']");
    await page.waitForURL(/case\.raise/);
    await page.check("[name='/level'][value='2']");
    await page.fill("[name='/reason']", "同批已有三人反映。");
    await inspect(page, `raise-${language}`);
    await sendTwice(page, complaint);
    assert.equal((await api(person, "GET", `/complaints/${complaint}`, undefined, of)).case.level, 2);
    await page.goto(`${base}/console/cases/${complaint}`);
    await page.click("a[href$='/do/case/case.withdraw']");
    await page.waitForURL(/case\.withdraw/);
    await page.fill("[name='/reason']", "客户来电：已在别处修好，不再投诉。");
    await inspect(page, `taken-back-form-${language}`);
    await sendTwice(page, complaint);
    await page.goto(`${base}/console/cases/${complaint}`);
    await page.waitForSelector("text=客户来电");
    await page.click("#not-possible > summary");
    await inspect(page, `taken-back-${language}`);
    assert.equal((await api(person, "GET", `/complaints/${complaint}`, undefined, of)).case.outcome, "withdrawn");
  });
}
