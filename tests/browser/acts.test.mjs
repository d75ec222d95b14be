// What else people do with a case, beside its work: notes, facts, files, findings, handing on, transfers; and why the rest
// is not possible now.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { api, base, close, holder, inspect, reader, sendTwice, signIn, until } from "./product.mjs";

after(close);

const register = () => api("zhou.lan", "POST", "/complaints", {
  channel: "phone", category: "quality", narrative: "吸尘器吸力明显不足。", demand: "维修", complainant: { name: "李强", phone: "13900009911" },
});

const PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");

/// Somebody does something by its button on the case page and is back on it.
const act = async (page, complaint, verb, fill, name) => {
  await page.goto(`${base}/console/cases/${complaint}`);
  await page.click(`a[href$="/${verb}"] >> nth=0`);
  await page.waitForURL(new RegExp(`/${verb.replace(".", "\\.")}$`));
  await fill(page);
  if (name) await inspect(page, name);
  await sendTwice(page, complaint);
};

for (const language of ["zh", "en"]) {
  test(`a note, a fact, a finding, a file, and a transfer (${language})`, { timeout: 90_000 }, async () => {
    const { number } = await register();
    const { complaint, person } = await holder(number, "propose");
    const page = await reader({ language, theme: language === "en" ? "dark" : "light" });
    await signIn(page, person);
    await act(page, complaint, "callback.note", (form) => form.fill("[name='/note']", "客户下午不方便接电话。"), `act-note-${language}`);
    await act(page, complaint, "fact.record", (form) => form.check("[name='/facts/injury'][value='false']"), `act-fact-${language}`);
    await act(page, complaint, "finding.add", async (form) => {
      await form.fill("[name='/finding']", "滤网堵塞。");
      await form.selectOption("[name='/source']", "test");
    }, `act-finding-${language}`);

    await page.goto(`${base}/console/cases/${complaint}`);
    await page.click("#add-file > summary");
    await page.setInputFiles("#file", { name: "滤网.png", mimeType: "image/png", buffer: PIXEL });
    await page.click("#add-file button[type=submit]");
    await page.waitForURL(/done=file/);
    // What was said and done stands in words, and nothing by its key.
    await until("the page has it all", async () => {
      await page.reload();
      const shown = await page.locator("#case").innerText();
      return shown.includes("客户下午不方便接电话") && shown.includes("滤网堵塞") && shown.includes("滤网.png");
    });
    await page.click("#not-possible > summary");
    await inspect(page, `case-acts-${language}`);
    const timeline = await page.locator("#case ol.timeline-plain >> nth=0").innerText();
    assert.doesNotMatch(timeline, /[a-z]+\.[a-z]+_?[a-z]*\b(?! )/, "no event is called by its key");

    await act(page, complaint, "stage.transfer", async (form) => {
      await form.selectOption("[name='/department']", "logistics");
      await form.fill("[name='/reason']", "应由物流部办理。");
    }, `act-transfer-${language}`);
    const moved = await until("somebody of the other department holds it", async () => {
      const found = await api("zhou.lan", "GET", `/complaints/${complaint}`);
      return found.case.works.find((one) => one.department === "logistics" && one.person);
    });
    assert.notEqual(moved.person, person);
  });
}

test("whoever directs a department hands work on to a colleague, on a phone", { timeout: 60_000 }, async () => {
  const { number } = await register();
  const { complaint, person } = await holder(number, "propose");
  const page = await reader({ language: "zh", viewport: { width: 390, height: 844 } });
  await signIn(page, "qian.guo");
  const other = ["zhao.min", "sun.tao", "pan.li", "cai.hao"].find((one) => one !== person);
  await act(page, complaint, "work.reassign", async (form) => {
    await form.selectOption("[name='/person']", other);
    await form.fill("[name='/reason']", "手上案件太多。");
  }, "act-reassign-phone-zh");
  await until("the colleague holds it", async () => {
    const found = await api("zhou.lan", "GET", `/complaints/${complaint}`);
    return found.case.works.some((one) => one.person === other);
  });
});
