// The running product, a browser on it, and what every test asks of every page.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { randomUUID } from "node:crypto";
import { chromium } from "playwright-core";

const log = readFileSync(process.env.REDRESS_UP_LOG, "utf8");
export const base = log.match(/for customers\s+(http:\S+?)\/\s/)[1];
export const organisation = log.match(/organisation “([^”]+)”/)[1];
export const password = log.match(/password “([^”]+)”/)[1];

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = process.env.REDRESS_SHOTS;
if (shots) mkdirSync(shots, { recursive: true });

export const phone = { width: 390, height: 844 };
export const desk = { width: 1360, height: 900 };

let shared;
export const browser = async () => {
  shared ??= await chromium.launch({
    executablePath: process.env.REDRESS_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
  return shared;
};
export const close = async () => shared?.close();

/// A reader of their own: cookies, language, size of the screen.
export const reader = async ({ language = "zh", viewport = desk, theme = "light", script = true } = {}) => {
  const context = await (await browser()).newContext({
    locale: language === "zh" ? "zh-CN" : "en-GB", viewport, colorScheme: theme, javaScriptEnabled: script,
    hasTouch: viewport === phone, isMobile: viewport === phone,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  // Whatever the browser refuses or fails to run is a defect of a page.
  page.complaints = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 4|ERR_INTERNET_DISCONNECTED/.test(message.text())) page.complaints.push(message.text());
  });
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith("data:")) page.complaints.push(`asks ${request.url()}`);
  });
  return page;
};

/// What every page must be: WCAG 2.2 AA as far as axe sees it, nothing wider than the screen, nothing refused; a
/// screenshot of it is kept.
export const inspect = async (page, name) => {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
  assert.deepEqual(page.complaints, [], `${name}: what the browser says`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${name}: ${wide} pixels wider than the screen`);
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  const told = found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => `${node.html} ${node.any[0]?.message ?? ""}`).join(" | ")}`);
  assert.deepEqual(told, [], `${name}: what axe finds`);
};

export const signIn = async (page, person, of = organisation) => {
  await page.goto(`${base}/console/sign-in`);
  await page.fill("[name='/organisation']", of);
  await page.fill("[name='/name']", person);
  await page.fill("[name='password']", password);
  await page.click("main button[type=submit]");
  await page.waitForURL(/\/console\/work/);
};

/// The API, as somebody.
export const api = async (person, method, path, body, of = organisation) => {
  const ask = async (method, path, body, headers = {}) => {
    const answer = await fetch(`${base}/api/v1${path}`, {
      method, body: body && JSON.stringify(body),
      headers: { "content-type": "application/json", "idempotency-key": randomUUID(), ...headers },
    });
    const told = await answer.json();
    assert.ok(answer.ok, `${method} ${path}: ${JSON.stringify(told)}`);
    return told;
  };
  const session = await ask("POST", "/sessions", { organisation: of, name: person, password });
  return ask(method, path, body, { authorization: `Bearer ${session.token}` });
};

/// Somebody who has not complained before: what is repeated goes another way.
const telephone = () => `139${String(Math.floor(Math.random() * 1e8)).padStart(8, "0")}`;

/// A customer complains from their phone and gets a number.
export const submit = async (of, language, { category, happened }) => {
  const page = await reader({ language, viewport: phone });
  await page.goto(`${base}/portal/${of}/submit`);
  await page.fill("[name='/narrative']", happened);
  if (category) await page.selectOption("[name='/category']", category);
  await page.fill("[name='/complainant/name']", "王芳");
  await page.fill("[name='/complainant/phone']", telephone());
  await page.click("main button[type=submit]");
  await page.waitForURL(/\/receipt$/);
  const [number] = await page.locator(".receipt .big").allTextContents();
  return { page, number };
};

/// Waits until `look` gives something.
export const until = async (what, look, seconds = 15) => {
  for (let left = seconds * 5; left > 0; left -= 1) {
    const found = await look();
    if (found) return found;
    await new Promise((done) => setTimeout(done, 200));
  }
  assert.fail(`in ${seconds} s not: ${what}`);
};

/// Who holds the case's work, and what it is: found by its number.
export const holder = (number, task) => until(`somebody holds ${task} of ${number}`, async () => {
  const cases = await api("zhou.lan", "GET", `/cases?number=${number}`);
  const complaint = cases.items[0]?.complaint;
  if (!complaint) return undefined;
  const found = await api("zhou.lan", "GET", `/complaints/${complaint}`);
  const work = found.case?.works?.find((one) => one.task === task && one.person);
  return work && { complaint, person: work.person, work: work.work };
});

/// A piece of work on the list of one of these people or of their colleagues alike, of whom everybody in an organisation
/// of one playbook has one: found as they would find it.
export const onList = (of, people, number, task) => until(`one of ${people} has ${task} of ${number}`, async () => {
  for (const person of people.flatMap((one) => [one, `${one}-2`])) {
    const { items } = await api(person, "GET", "/work?of=mine", undefined, of);
    const item = items.find((one) => one.number === number && one.task === task);
    if (item) return { person, complaint: item.complaint, work: item.work };
  }
  return undefined;
}, 30);

/// Sends the form of a page, and then the same once more, as somebody does whose answer was lost: both times it is done, and
/// it is done once.
export const sendTwice = async (page, complaint) => {
  const sending = page.waitForRequest((request) => request.method() === "POST");
  await page.click("main form.once button[type=submit]");
  await page.waitForURL(new RegExp(`/console/(cases/${complaint}|approvals)\\?done=finished`));
  const sent = await sending;
  const again = await page.request.post(sent.url(), {
    data: sent.postDataBuffer(), headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  assert.match(again.url(), /done=finished/, `${sent.url()} sent again: ${await again.text()}`);
};

/// Somebody opens a case from their list and does something with it by its form.
export const does = async ({ of, language, viewport = desk }, number, { person, complaint, work }, { name, link, fill }) => {
  const page = await reader({ language, viewport });
  await signIn(page, person, of);
  await page.click(`a.number:text-is("${number}") >> nth=0`);
  await page.waitForURL(/\/console\/cases\//);
  if (name) await inspect(page, `${name}-case-${language}`);
  await page.click(link ?? `a[href$="/do/${work}"]`);
  await page.waitForURL(/\/(do|forms)\//);
  await fill(page);
  if (name) await inspect(page, `${name}-${language}`);
  await sendTwice(page, complaint);
  await page.context().close();
};
