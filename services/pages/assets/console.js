// What the pages do beyond HTML and htmx; without it they work all the same.

// Light or dark as the system has it, before anything is painted.
(() => {
  const root = document.documentElement;
  const wanted = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    if (root.dataset.theme === "system") root.dataset.bsTheme = wanted.matches ? "dark" : "light";
  };
  follow();
  wanted.addEventListener("change", follow);
})();

// Whether the page is live: a lost connection is said, and what was missed is fetched once it is back.
const live = (state) => {
  const place = document.getElementById("live");
  if (place) place.dataset.state = state;
};
// A stream that is refused for good, as somebody signed out or was away too long, is not asked for again.
let over = false;
const forGood = (status) => [401, 403, 404].includes(status);
document.addEventListener("htmx:sse:after:connection", () => live("on"));
document.addEventListener("htmx:sse:error", (event) => {
  over ||= forGood(event.detail.status);
  live(over ? "over" : "off");
});
// What a page fetches by itself and is refused for good is not put into it.
document.addEventListener("htmx:before:response", (event) => {
  const { request, response } = event.detail.ctx;
  if (!request.headers["Redress-Live"] || !forGood(response.status)) return;
  event.preventDefault();
  over = true;
  live("over");
});
document.addEventListener("htmx:sse:before:connection", (event) => {
  const connection = event.detail.connection;
  if (over && connection) connection.cancelled = true;
  else if (connection?.attempt > 0 && !document.hidden) live("off");
});
document.addEventListener("htmx:sse:before:message", () => live("on"));
addEventListener("offline", () => live("off"));
// The stream may have outlived it or not: what changed meanwhile is fetched, and a stream that is dead says so itself.
addEventListener("online", () => {
  const place = document.getElementById("live");
  if (!place) return;
  live("on");
  htmx.trigger(place, "changed");
});

// A form that is on its way is not sent twice; its key would see to it too.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.classList.contains("once")) return;
  const button = event.submitter ?? form.querySelector("button[type=submit]");
  if (!button || form.dataset.sent) {
    if (form.dataset.sent) event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  button.setAttribute("aria-busy", "true");
  if (button.dataset.busy) button.textContent = button.dataset.busy;
});
// Whoever comes back to a page by the browser's button may send again.
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.querySelectorAll("form.once")) delete form.dataset.sent;
});

// What staff type is kept in this window until it was sent, in case the session is over by then; and whoever types is there.
// It is that person's alone: nothing is kept of customers, and who signs in after somebody else finds nothing.
const person = () => document.getElementById("content")?.dataset.who ?? "";
const kept = () => `typed:${person()}:${location.pathname}`;
const inputs = (form) => [...form.elements].filter((one) => one.name && !["hidden", "file", "password", "submit"].includes(one.type));
// A form beside it that takes files alone has nothing that could be kept.
const keeper = () => person() && [...document.querySelectorAll("main form.once")].find((form) => inputs(form).length > 0);
let noted = Date.now();
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form || form !== keeper()) return;
  // Only what was changed: what stands in the rest may be another by then.
  const changed = (one) => ["radio", "checkbox"].includes(one.type) ? one.checked !== one.defaultChecked
    : one.tagName === "SELECT" ? [...one.options].some((option) => option.selected !== option.defaultSelected) : one.value !== one.defaultValue;
  const typed = inputs(form).filter(changed).map((one) => [one.name, one.value, Boolean(one.checked)]);
  sessionStorage.setItem(kept(), JSON.stringify(typed));
  if (Date.now() - noted > 300_000) {
    noted = Date.now();
    fetch("/console/here").catch(() => {});
  }
});
document.addEventListener("submit", (event) => {
  if (event.target === keeper()) sessionStorage.setItem("sent", kept());
  if (event.target.action.endsWith("/sign-out")) sessionStorage.clear();
});
document.addEventListener("DOMContentLoaded", () => {
  if (person()) {
    const others = Object.keys(sessionStorage).filter((key) => key.startsWith("typed:") && !key.startsWith(`typed:${person()}:`));
    for (const key of others) sessionStorage.removeItem(key);
  }
  const sent = sessionStorage.getItem("sent");
  if (sent && sent !== kept() && !location.pathname.endsWith("/sign-in")) {
    sessionStorage.removeItem(sent);
    sessionStorage.removeItem("sent");
  }
  const form = keeper();
  const typed = JSON.parse(sessionStorage.getItem(kept()) ?? "[]");
  // What was refused comes back with the page itself.
  if (!form || typed.length === 0 || document.querySelector("main .alert-danger")) return;
  for (const one of inputs(form)) {
    const was = typed.find(([name, value]) => name === one.name && (!["radio", "checkbox"].includes(one.type) || value === one.value));
    if (!was) continue;
    if (["radio", "checkbox"].includes(one.type)) one.checked = was[2];
    else one.value = was[1];
  }
  const note = document.createElement("div");
  note.className = "alert alert-warning";
  note.setAttribute("role", "status");
  note.textContent = document.getElementById("content").dataset.kept;
  form.before(note);
});

// A form that says so is sent from wherever one types in it.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest?.("form[data-quick]");
  form?.querySelector("button.btn-primary[type=submit]").click();
});

// A menu closes when one turns to something else.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
