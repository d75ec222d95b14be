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
document.addEventListener("htmx:sse:after:connection", () => live("on"));
document.addEventListener("htmx:sse:error", () => live("off"));
document.addEventListener("htmx:sse:before:connection", (event) => {
  if (event.detail.connection?.attempt > 0 && !document.hidden) live("off");
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
  const button = form.querySelector("button[type=submit]");
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
