// The public part: the guided form, gate by gate, the progress query, and two tabs of one browser.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { api, base, close, desk, does, holder, inspect, organisation, phone, reader } from "./product.mjs";

after(close);

const SAID = {
  zh: { fee: "物业费涨了两成，没有公示。", place: "云上小区 3 栋", company: "渝都家园物业服务有限公司", part: "渝都", category: "物业收费", ask: "按原标准收费" },
  en: { fee: "The fee went up by a fifth without notice.", place: "Yunshang estate, building 3", company: "Yudu Homes Property Services Ltd.", part: "yudu", category: "Fees", ask: "Charge as before" },
};
const PHOTO = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");

const next = (page) => page.click("main form.once button[value='next']");
const back = (page) => page.click("main form.once button[value='back']");
const at = (page, step) => page.waitForURL(new RegExp(`/guided/${step}`));

/// From the home page to the data of the consumer.
const through = async (page, language, { province = "chongqing", company = "yudu" } = {}) => {
  await page.goto(`${base}/portal/p08`);
  await page.click(".hero a.btn-primary");
  await at(page, "notice");
  await next(page);
  await at(page, "province");
  await page.check(`[name='/province'][value='${province}']`);
  await next(page);
  await at(page, "company");
  await page.check(`[name='/company'][value='${company}']`);
  await next(page);
  await at(page, "confirm");
};

for (const [language, theme, script] of [["zh", "light", true], ["en", "dark", true], ["zh", "dark", false]]) {
  test(`(R-260) the guided form leads from the portal's home through every gate to the receipt and the progress query (${language}${script ? "" : ", without script"})`, { timeout: 90_000 }, async () => {
    const said = SAID[language];
    // axe is a script of its own: where the page runs none, it is looked at without.
    const page = await reader({ language, viewport: phone, theme, script });
    const look = (name) => (script ? inspect(page, `${name}-${language}`) : Promise.resolve());
    await page.goto(`${base}/portal/p08`);
    await look("guided-home");

    // No gate can be stepped over.
    for (const step of ["province", "company", "confirm", "consumer", "business"]) {
      await page.goto(`${base}/portal/p08/guided/${step}`);
      await at(page, "notice");
    }
    await look("guided-1-notice");
    await next(page);
    await at(page, "province");
    await look("guided-2-province");
    await page.check("[name='/province'][value='chongqing']");
    await next(page);
    await at(page, "company");
    await page.fill("[name='/name']", said.part);
    await page.click("button[value='find']");
    await at(page, "company");
    assert.equal(await page.locator("[name='/company']").count(), 1, "found by a part of its name");
    await look("guided-3-company");
    await page.check("[name='/company'][value='yudu']");
    await next(page);
    await at(page, "confirm");
    assert.equal(await page.innerText(".whom"), said.company);
    await look("guided-4-confirm");
    await next(page);
    await at(page, "consumer");
    await page.fill("[name='/complainant/name']", "王芳");
    await page.fill("[name='/complainant/phone']", "13800005678");
    await look("guided-5-consumer");
    await next(page);
    await at(page, "business");

    // Back and forth, and in another language, nothing that was typed is lost.
    await page.fill("[name='/narrative']", said.fee);
    await back(page);
    await at(page, "consumer");
    assert.equal(await page.inputValue("[name='/complainant/name']"), "王芳");
    await next(page);
    await at(page, "business");
    assert.equal(await page.inputValue("[name='/narrative']"), said.fee);
    await page.selectOption("[name='/category']", { label: said.category });
    await page.fill("[name='/facts/form_place']", said.place);
    await page.fill("[name='/amount']", "360");
    await page.fill("[name='/demand']", said.ask);
    await page.setInputFiles("[name='photos']", { name: "通知.png", mimeType: "image/png", buffer: PHOTO });
    await look("guided-6-business");
    await next(page);
    await page.waitForURL(/\/receipt$/);
    await look("guided-receipt");
    const [number, code] = await page.locator(".receipt .big").allTextContents();
    assert.match(number, /^12315-\d{8}-\d{4}$/);

    // What was sent is not sent again by going back: the receipt is shown.
    await page.goto(`${base}/portal/p08/guided/business`);
    await page.waitForURL(/\/receipt$/);

    // Somebody else's browser asks how far it is, with number and code.
    const elsewhere = await reader({ language, viewport: phone, theme });
    await elsewhere.goto(`${base}/portal/p08`);
    await elsewhere.fill("[name='/number']", number);
    await elsewhere.fill("[name='/code']", code);
    await elsewhere.click("main form button[type=submit]");
    await elsewhere.waitForURL(/\/complaint$/);
    await elsewhere.waitForSelector(".steps-plain .now");
    await inspect(elsewhere, `guided-progress-${language}`);
  });
}

test("(R-260) a desk's screen: what was chosen stands over the form, and a company that is chosen in another tab is checked again", { timeout: 60_000 }, async () => {
  const one = await reader({ language: "zh", viewport: desk });
  await through(one, "zh");
  await next(one);
  await at(one, "consumer");
  await inspect(one, "guided-desk-consumer-zh");

  const other = await one.context().newPage();
  await other.goto(`${base}/portal/p08/guided/company`);
  await other.check("[name='/company'][value='yunqi']");
  await other.click("main form.once button[value='next']");
  await other.waitForURL(/guided\/confirm/);

  await one.fill("[name='/complainant/name']", "李强");
  await one.fill("[name='/complainant/phone']", "13800009999");
  await next(one);
  await at(one, "confirm");
  assert.match(await one.innerText(".whom"), /云栖里/);
  await inspect(one, "guided-changed-zh");
  await next(one);
  await at(one, "consumer");
  assert.equal(await one.inputValue("[name='/complainant/name']"), "李强", "what was typed is kept");
});

test("what is missing or wrong in an earlier step is shown there", { timeout: 60_000 }, async () => {
  const page = await reader({ language: "zh", viewport: phone });
  await through(page, "zh");
  await next(page);
  await at(page, "consumer");
  await page.fill("[name='/complainant/name']", "王芳");
  await page.fill("[name='/complainant/phone']", "不是号码");
  await next(page);
  await at(page, "business");
  await page.fill("[name='/narrative']", "乱收费");
  await page.selectOption("[name='/category']", "fees");
  await next(page);
  await page.waitForSelector("[name='/complainant/phone'][aria-invalid='true']");
  page.complaints = []; // the browser notes the refusal
  await inspect(page, "guided-refused-zh");
  await page.fill("[name='/complainant/phone']", "13800004321");
  await next(page);
  await at(page, "business");
  assert.equal(await page.inputValue("[name='/narrative']"), "乱收费");
  await next(page);
  await page.waitForURL(/\/receipt$/);
});

const register = (narrative) => api("zhou.lan", "POST", "/complaints", {
  channel: "phone", category: "quality", narrative, demand: "退货", complainant: { name: "李强", phone: "13900007788" },
});

/// A complaint whose customer is asked something about the result.
const told = async (narrative) => {
  const receipt = await register(narrative);
  const work = async (task, fill) => {
    const held = await holder(receipt.number, task);
    await does({ of: organisation, language: "zh" }, receipt.number, held, { fill });
  };
  await work("propose", async (page) => {
    await page.check("[name='/remedies/refund']");
    await page.fill("[name='/remedies/refund/amount']", "99");
    await page.selectOption("[name='/liable']", "supplier");
    await page.fill("[name='/reason']", "属实。");
  });
  await work("decide", (page) => page.check("[name='/decision'][value='approve']"));
  await work("reply", (page) => page.selectOption("[name='/channel']", "phone"));
  return receipt;
};

const open = async (page, { number, tracking_code }) => {
  await page.goto(`${base}/portal/${organisation}`);
  await page.fill("[name='/number']", number);
  await page.fill("[name='/code']", tracking_code);
  await page.click("main form button[type=submit]");
  await page.waitForURL(/\/complaint$/);
};

for (const language of ["zh", "en"]) {
  test(`of two tabs with two complaints no answer goes to the other one (${language})`, { timeout: 90_000 }, async () => {
    const [first, second] = [await told("电水壶漏水。"), await told("电饭煲不加热。")];
    const one = await reader({ language, viewport: phone });
    await open(one, first);
    const other = await one.context().newPage();
    await open(other, second);
    await other.close();

    // The first tab still shows the first complaint; the browser's cookie is of the second.
    await one.waitForSelector("form.once");
    assert.match(await one.innerText("h1"), new RegExp(first.number));
    const field = (await one.locator("[name='/reason']").count()) > 0 ? "/reason" : "/opinion";
    if (field === "/reason") await one.check("[name='/accepted'][value='false']");
    else await one.check("[name='/satisfaction'] >> nth=0");
    await one.fill(`[name='${field}']`, "退款还没有到账");
    await one.click("main form.once button[type=submit]");
    await one.waitForSelector(".alert-danger");
    const said = await one.innerText(".alert-danger");
    assert.ok(said.includes(first.number) && said.includes(second.number) && said.includes("退款还没有到账"), said);
    assert.match(await one.innerText("h1"), new RegExp(second.number), "and the page shows which one is open");
    assert.equal(await one.inputValue(`[name='${field}']`), "", "nothing of it stands in the other's form");
    one.complaints = []; // the browser notes the refusal
    await inspect(one, `portal-crossed-${language}`);
  });
}
