// P03 from the customer's phone to the archive, clicked through by everybody in it, in Chinese and in English.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { base, close, desk, holder, inspect, phone, reader, signIn } from "./product.mjs";

after(close);

const SAID = {
  zh: { happened: "周六买的电饭煲，用了两次就不加热了。", wants: "退款", why: "内胆温控故障，属于质量问题。", category: "产品质量", closed: "已办结", decided: "正在研究处理意见" },
  en: { happened: "The rice cooker I bought on Saturday stopped heating after two meals.", wants: "A refund", why: "The thermostat is faulty: a defect of quality.", category: "Product quality", closed: "Closed", decided: "A solution is being decided" },
};

/// A photograph of the size that phones take: a pixel, and what follows it.
const PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");
const PHOTO = Buffer.concat([PIXEL, Buffer.alloc(3 * 1024 * 1024)]);

const submit = async (page, language) => {
  const said = SAID[language];
  await page.goto(base);
  await inspect(page, `portal-home-${language}`);
  await page.click("a.btn-primary");
  await inspect(page, `portal-submit-${language}`);
  await page.fill("[name='/narrative']", said.happened);
  await page.selectOption("[name='/category']", { label: said.category });
  await page.fill("[name='/demand']", said.wants);
  await page.fill("[name='/complainant/name']", "王芳");
  await page.fill("[name='/complainant/phone']", "13800001234");
  await page.setInputFiles("[name='photos']", { name: "电饭煲.png", mimeType: "image/png", buffer: PHOTO });
  await page.click("main button[type=submit]");
  await page.waitForURL(/\/receipt$/);
  await inspect(page, `portal-receipt-${language}`);
  const [number, code] = await page.locator(".receipt .big").allTextContents();
  assert.match(number, /^TS\d+$/);
  assert.ok(code.length >= 8);
  return { number, code };
};

/// Somebody does their piece of work by its form.
const work = async (language, number, task, fill) => {
  const { complaint, person, work } = await holder(number, task);
  const page = await reader({ language });
  await signIn(page, person);
  await page.click(`a.number:text-is("${number}")`);
  await page.waitForURL(/\/console\/cases\//);
  await inspect(page, `case-${task}-${language}`);
  await page.click(`a[href$="/do/${work}"]`);
  await page.waitForURL(/\/do\//);
  await fill(page);
  await inspect(page, `do-${task}-${language}`);
  await page.click("main form.once button[type=submit]");
  await page.waitForURL(new RegExp(`/console/cases/${complaint}\\?done=finished`));
  await page.context().close();
  return complaint;
};

for (const language of ["zh", "en"]) {
  test(`from the customer's phone to the archive (${language})`, { timeout: 100_000 }, async () => {
    const customer = await reader({ language, viewport: phone });
    const { number, code } = await submit(customer, language);
    await customer.click("a.btn-primary");
    await customer.waitForURL(/\/complaint$/);
    // It changes by itself, without a reload.
    await customer.waitForSelector(`#standing :text("${SAID[language].decided}")`);
    await inspect(customer, `portal-progress-${language}`);

    await work(language, number, "propose", async (page) => {
      await page.check("[name='/remedies/refund']");
      await page.fill("[name='/remedies/refund/amount']", "299");
      await page.selectOption("[name='/liable']", "supplier");
      await page.fill("[name='/reason']", SAID[language].why);
    });
    await work(language, number, "decide", async (page) => {
      assert.ok(await page.locator(`text=¥299.00`).count() > 0, "who decides sees the amount");
      await page.check("[name='/decision'][value='approve']");
    });
    await work(language, number, "reply", async (page) => {
      await page.selectOption("[name='/channel']", "phone");
    });

    await customer.waitForSelector(".steps-plain .now");
    await customer.goto(`${base}/portal/huarun/complaint`);
    await customer.waitForSelector("[name='/satisfaction']");
    await inspect(customer, `portal-satisfaction-${language}`);
    await customer.check("[name='/satisfaction'][value='satisfied']");
    await customer.click("main form.once button[type=submit]");
    await customer.waitForSelector(`#standing :text("${SAID[language].closed}")`);
    await inspect(customer, `portal-closed-${language}`);

    const again = await reader({ language, viewport: phone });
    await again.goto(base);
    await again.fill("[name='/number']", number);
    await again.fill("[name='/code']", "AAAAA-AAAAA");
    await again.click("main form button[type=submit]");
    await again.waitForSelector(".alert-danger");
    await again.fill("[name='/code']", code);
    await again.click("main form button[type=submit]");
    await again.waitForURL(/\/complaint$/);
    assert.ok(!again.url().includes(code), "the code is in no address");

    const manager = await reader({ language, viewport: desk, theme: "dark" });
    await signIn(manager, "zhou.lan");
    await inspect(manager, `work-dark-${language}`);
  });
}
