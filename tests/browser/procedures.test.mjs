// Two other procedures from the customer's submission to the archive, clicked through by all of their roles, in Chinese and
// in English: P26 with its slip for petty cash and the manager's countersigning, P38 with its handling form, the contact
// that must not be forgotten and the audit.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { base, close, does, inspect, onList, phone, submit } from "./product.mjs";

after(close);

const closed = { zh: "已办结", en: "Closed" };

for (const language of ["zh", "en"]) {
  test(`P26: the amount decides who decides (${language})`, { timeout: 120_000 }, async () => {
    const of = "p26";
    const { page: customer, number } = await submit(of, language, {
      category: "goods", happened: language === "zh" ? "昨天买的牛奶变质了。" : "The milk I bought yesterday is off.",
    });
    const at = { of, language };
    const work = (people, task) => onList(of, people, number, task);
    await does(at, number, await work(["mei.clerk"], "propose"), {
      name: "p26-propose",
      fill: async (page) => {
        await page.check("[name='/remedies/compensation']");
        await page.fill("[name='/remedies/compensation/amount']", "35");
        await page.selectOption("[name='/liable']", "supplier");
        await page.fill("[name='/reason']", "按规定赔付。");
      },
    });
    await does({ ...at, viewport: phone }, number, await work(["jin.chief"], "decide"), {
      name: "p26-decide-phone",
      fill: (page) => page.check("[name='/decision'][value='approve']"),
    });
    await does(at, number, await work(["mei.clerk"], "reply"), {
      fill: (page) => page.selectOption("[name='/channel']", "phone"),
    });
    // The stage ends only with its slip: it is refused first, and the slip is filled in on the case page.
    const paying = await work(["mei.clerk"], "execute");
    await does(at, number, paying, {
      name: "p26-slip",
      link: "a[href$='/forms/petty_cash_slip']",
      fill: async (page) => {
        await inspect(page, `p26-slip-empty-${language}`);
        await page.click("a[href$='/do/petty_cash_slip/form.fill']");
        await page.waitForURL(/form\.fill/);
        await page.fill("[name='/fields/borrower']", "梅雨");
        await page.fill("[name='/fields/purpose']", "赔付顾客");
      },
    });
    await does(at, number, paying, { fill: (page) => page.fill("[name='/account']", "备用金借支 35 元。") });
    await does(at, number, await work(["tao.manager"], "review"), {
      name: "p26-countersign",
      fill: (page) => page.check("[name='/verdict'][value='agree']"),
    });
    await customer.goto(`${base}/portal/${of}/complaint`);
    await customer.waitForSelector(`#standing :text("${closed[language]}")`, { timeout: 20_000 });
    await inspect(customer, `p26-closed-${language}`);
  });
}

for (const language of ["zh", "en"]) {
  test(`P38: level one, its form, its contact and its audit (${language})`, { timeout: 120_000 }, async () => {
    const of = "p38";
    const { page: customer, number } = await submit(of, language, {
      category: "quality", happened: language === "zh" ? "鞋子穿了两天就开胶。" : "The soles came off after two days.",
    });
    const at = { of, language };
    const work = (people, task) => onList(of, people, number, task);
    const contact = await work(["da.acceptor"], "contact");
    await does(at, number, contact, {
      name: "p38-form",
      link: "a[href$='/forms/handling_form']",
      fill: async (page) => {
        await page.click("a[href$='/do/handling_form/form.fill']");
        await page.waitForURL(/form\.fill/);
        await page.fill("[name='/fields/cause']", "鞋底胶水失效");
        await page.fill("[name='/fields/course']", "穿了两天开胶");
      },
    });
    await does(at, number, contact, {
      name: "p38-contact",
      fill: async (page) => {
        await page.check("[name='/reached'][value='true']");
        await page.selectOption("[name='/channel']", "phone");
        for (const told of ["acceptor_name", "acceptor_contact", "flow", "time_per_step", "number"]) {
          await page.check(`[name='/told/${told}']`);
        }
      },
    });
    await does(at, number, await work(["da.acceptor"], "propose"), {
      fill: async (page) => {
        await page.check("[name='/remedies/repair']");
        await page.selectOption("[name='/liable']", "company");
        await page.fill("[name='/reason']", "按规定处理。");
      },
    });
    await does(at, number, await work(["da.acceptor"], "execute"), {
      name: "p38-execute",
      fill: (page) => page.fill("[name='/account']", "已维修。"),
    });
    await does(at, number, await work(["da.acceptor"], "reply"), {
      fill: (page) => page.selectOption("[name='/channel']", "phone"),
    });
    await customer.goto(`${base}/portal/${of}/complaint`);
    await customer.check("[name='/satisfaction'][value='2']");
    await customer.click("main form.once button[type=submit]");
    await customer.waitForSelector(".alert-success");
    await does(at, number, await work(["jing.manager", "mu.supervisor"], "audit"), {
      name: "p38-audit",
      fill: (page) => page.check("[name='/verdict'][value='passed']"),
    });
    await does(at, number, await work(["wen.clerk"], "archive"), {
      name: "p38-archive",
      fill: (page) => page.fill("[name='/summary']", "已维修，客户满意。"),
    });
    await customer.waitForSelector(`#standing :text("${closed[language]}")`, { timeout: 20_000 });
    assert.equal(await customer.locator(".steps-plain li.done").count(), 4, "every step is behind them");
  });
}
