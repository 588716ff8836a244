"use strict";

const $ = (id) => document.getElementById(id);
const EXAMPLES = {
  "/auth/request-code": { phone: "+996700123456", platform: "android" },
  "/auth/verify-code": { phone: "+996700123456", code: "" },
  "/consents/accept": { marketing_accepted: false, notifications_accepted: true },
};
let routes = [];
let shownInbox = "";
let shownLog = "";

async function get(path) {
  const answer = await fetch(path, { cache: "no-store" });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}

function make(tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
}

function clock(text) {
  const moment = new Date(text);
  return Number.isNaN(moment.getTime()) ? "" : moment.toLocaleTimeString();
}

async function showInbox() {
  const filter = $("phone-filter").value.replace(/[^0-9]/g, "");
  const messages = (await get("/_local/sms")).filter((sms) => sms.phone.includes(filter)).slice(0, 100);
  const state = JSON.stringify(messages);
  if (state === shownInbox) return;
  shownInbox = state;
  const rows = messages.map((sms) => {
    const row = make("li", sms.text);
    const line = make("small");
    line.append(make("span", `${sms.phone} · ${sms.provider}`), make("time", clock(sms.at)));
    row.prepend(line);
    return row;
  });
  $("inbox").replaceChildren(...(rows.length ? rows : [make("li", "Nothing has arrived yet.", "empty")]));
}

async function showRoutes() {
  routes = await get("/_local/routes");
  const select = $("route");
  const chosen = select.value;
  const wanted = routes
    .map((route, index) => ({ ...route, index }))
    .filter((route) => !route.alias || $("aliases").checked)
    .sort((a, b) => a.path.localeCompare(b.path) || a.method.localeCompare(b.method));
  select.replaceChildren(...wanted.map((route) => {
    const option = make("option", `${route.method} ${route.path}`);
    option.value = String(route.index);
    return option;
  }));
  const before = [...select.options].find((option) => option.value === chosen);
  const first = before || [...select.options].find((option) => option.text.endsWith("/auth/request-code"));
  if (first) select.value = first.value;
  if (!before) takeRoute();
}

function takeRoute() {
  const route = routes[Number($("route").value)];
  if (!route) return;
  $("method").value = route.method === "ANY" ? "GET" : route.method;
  $("path").value = route.path;
  const takesBody = !["GET", "DELETE", "OPTIONS"].includes($("method").value);
  const end = Object.keys(EXAMPLES).find((key) => route.path.endsWith(key));
  $("body").value = takesBody ? JSON.stringify(end ? EXAMPLES[end] : exampleBody(route), null, 2) : "";
  const kept = $("headers").value.split("\n").filter((line) => line.trim() && !/^content-type:/i.test(line));
  if (takesBody) kept.unshift("Content-Type: application/json");
  $("headers").value = kept.join("\n");
}

function typedHeaders() {
  const headers = new Headers();
  for (const line of $("headers").value.split("\n")) {
    const at = line.indexOf(":");
    if (at > 0) headers.append(line.slice(0, at).trim(), line.slice(at + 1).trim());
  }
  return headers;
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

async function send(event) {
  event.preventDefault();
  const button = $("request").querySelector("button[type=submit]");
  button.disabled = true;
  const began = performance.now();
  const line = $("answer-line");
  $("answer").hidden = false;
  try {
    const body = $("body").value;
    const method = $("method").value;
    const answer = await fetch($("path").value, {
      method, headers: typedHeaders(), body: body && method !== "GET" ? body : undefined, cache: "no-store",
    });
    const text = await answer.text();
    const status = make("b", `${answer.status} ${answer.statusText}`, answer.ok ? "good" : "bad");
    const cold = answer.headers.get("X-Cold-Start");
    const start = cold === "1" ? " · cold start" : cold === "0" ? " · warm" : "";
    line.replaceChildren(status, `${Math.round(performance.now() - began)} ms${start}`);
    $("answer-headers").textContent = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    $("answer-body").textContent = pretty(text) || "(no body)";
  } catch (error) {
    line.replaceChildren(make("b", "No answer", "bad"), String(error.message || error));
    $("answer-headers").textContent = "";
    $("answer-body").textContent = "";
  } finally {
    button.disabled = false;
    refresh();
  }
}

async function addStaffKey() {
  const answer = await fetch("/_local/staff-key", { method: "POST" });
  const key = (await answer.json()).staff_key;
  const kept = $("headers").value.split("\n").filter((line) => line.trim() && !/^x-staff-key:/i.test(line));
  $("headers").value = [...kept, `X-Staff-Key: ${key}`].join("\n");
}

async function turn(name, mode, needs) {
  const body = { mode };
  if (needs[mode]) {
    const [low, high] = needs[mode];
    const typed = window.prompt(`${mode}: a number from ${low} to ${high}`, String(Math.min(5, high)));
    if (typed === null) return showProviders(true);
    body[mode === "error" ? "error_code" : mode] = Number(typed);
  }
  const answer = await fetch(`/_local/providers/${name}`, { method: "PUT", body: JSON.stringify(body) });
  if (!answer.ok) window.alert((await answer.json()).error);
  return showProviders(true);
}

async function showProviders(force) {
  const list = $("provider-list");
  if (!force && list.contains(document.activeElement)) return;
  const providers = await get("/_local/providers");
  list.replaceChildren(...Object.entries(providers).map(([name, state]) => {
    const card = make("div", undefined, state.mode === "ok" ? "card" : "card broken");
    const number = state[state.mode];
    const title = make("h3", name);
    const label = make("label", `Behaviour${number === undefined ? "" : ` (${number})`}`);
    const select = make("select");
    select.append(...state.modes.map((mode) => make("option", mode)));
    select.value = state.mode;
    select.addEventListener("change", () => turn(name, select.value, state.needs));
    label.append(select);
    const calls = Object.entries(state.requests || {}).map(([call, count]) => `${call} ${count}`).join(", ") || "no calls yet";
    const balance = state.balance === undefined ? "" : `Balance ${state.balance} · `;
    card.append(title, label, make("p", balance + calls));
    return card;
  }));
}

async function runTimer(timer, button) {
  button.disabled = true;
  await fetch(timer.run, { method: "POST" });
  await showTimers();
}

function lastRun(run) {
  if (!run) return "–";
  return `${clock(run.started_at)}: ${run.ok ? `done in ${run.duration_ms} ms` : run.error || "failed"}`;
}

async function showTimers() {
  const timers = await get("/_local/timers");
  const rows = timers.map((timer) => {
    const row = make("tr");
    const button = make("button", "Run now", "quiet");
    button.addEventListener("click", () => runTimer(timer, button));
    const cell = make("td");
    cell.append(button);
    row.append(make("td", timer.name ? `${timer.function} · ${timer.name}` : timer.function), make("td", timer.schedule), make("td", lastRun(timer.last_run)), cell);
    return row;
  });
  if (!rows.length) {
    const cell = make("td", "No function has a timer.", "empty");
    cell.colSpan = 4;
    const row = make("tr");
    row.append(cell);
    rows.push(row);
  }
  $("timer-list").replaceChildren(...rows);
}

async function showFunctions() {
  const rows = (await get("/_local/stats")).map((figures) => {
    const row = make("tr");
    const failed = (figures.errors || 0) + (figures.timeouts || 0) + (figures.crashes || 0);
    const number = (value) => (value === null || value === undefined ? "–" : String(Math.round(value * 10) / 10));
    row.append(
      make("td", figures.function), make("td", figures.calls), make("td", figures.cold_starts),
      make("td", number(figures.init_ms?.median)), make("td", number(figures.duration_ms?.median)),
      make("td", number(figures.duration_ms?.p95)), make("td", failed, failed ? "bad" : ""), make("td", figures.workers),
    );
    return row;
  });
  $("function-list").replaceChildren(...rows);
}

async function showLogs() {
  if (!$("follow").checked) return;
  const lines = await get("/_local/logs?limit=60");
  const state = JSON.stringify(lines[0] || null) + lines.length;
  if (state === shownLog) return;
  shownLog = state;
  const rows = lines.map((line) => {
    const { function: name, stream, level, message, seen, timestamp, location, service, ...rest } = line;
    const colour = /ERROR|FATAL/.test(level || "") || stream === "stderr" ? "bad" : /WARN/.test(level || "") ? "warm" : "good";
    const row = make("li");
    row.append(
      make("span", `${clock(seen)} `, "rest"), make("span", `${level || stream} `, colour), make("b", `${name} `),
      typeof message === "string" ? message : JSON.stringify(message) || "", " ",
      make("span", Object.entries(rest).map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`).join(" "), "rest"),
    );
    return row;
  });
  $("log-list").replaceChildren(...(rows.length ? rows : [make("li", "No function has said anything yet.", "empty")]));
}

async function showAddresses() {
  const { addresses } = await get("/_local/about");
  $("addresses").replaceChildren(...Object.entries(addresses).map(([name, address]) => make("span", `${name}: ${address}`)));
}

async function refresh() {
  await Promise.allSettled([showInbox(), showMessages(), showScreens(), showProviders(), showVideos(), showBanks(), showBuckets(), showFunctions(), showLogs()]);
}

$("phone-filter").addEventListener("input", showInbox);
$("message-source").addEventListener("change", showMessages);
$("route").addEventListener("change", takeRoute);
$("aliases").addEventListener("change", showRoutes);
$("request").addEventListener("submit", send);
$("staff-key").addEventListener("click", addStaffKey);
$("api-filter").addEventListener("input", showApi);
loadApi().then(showApi).finally(() => Promise.allSettled([showRoutes(), showTimers(), showAddresses(), refresh()]));
setInterval(() => document.hidden || refresh(), 1500);
