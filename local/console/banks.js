"use strict";

// The simulated banks: how their calls to the backend go wrong, and a page for every order.
let shownOrders = "";

async function turnCalls(name, callbacks) {
  await fetch(`/_local/providers/${name}`, { method: "PUT", body: JSON.stringify({ callbacks }) });
  return showBanks(true);
}

async function showBanks(force) {
  const providers = Object.entries(await get("/_local/providers")).filter(([, state]) => state.callback_modes);
  const list = $("bank-list");
  if (force || !list.contains(document.activeElement)) {
    list.replaceChildren(...providers.map(([name, state]) => {
      const label = make("label", `Calls of ${name}`);
      const select = make("select");
      select.append(...state.callback_modes.map((mode) => make("option", mode)));
      select.value = state.callbacks;
      select.addEventListener("change", () => turnCalls(name, select.value));
      label.append(select);
      return label;
    }));
  }
  await showOrders();
}

async function showOrders() {
  const orders = await get("/_local/banks");
  const state = JSON.stringify(orders);
  if (state === shownOrders) return;
  shownOrders = state;
  const rows = orders.map((order) => {
    const row = make("tr");
    const link = make("a", "Open");
    link.href = order.page;
    const cell = make("td");
    cell.append(link);
    const colour = order.state === "paid" ? "good" : order.state === "waiting" ? "" : "warm";
    row.append(
      make("td", clock(order.made_at)), make("td", order.title), make("td", `${(order.amount_tyiyn / 100).toFixed(2)} som`),
      make("td", order.state, colour), make("td", order.calls[order.calls.length - 1] || "–"), cell,
    );
    return row;
  });
  if (!rows.length) {
    const cell = make("td", "No order has been made yet.", "empty");
    cell.colSpan = 6;
    const row = make("tr");
    row.append(cell);
    rows.push(row);
  }
  $("order-list").replaceChildren(...rows);
}
