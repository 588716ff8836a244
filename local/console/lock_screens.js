"use strict";

// Lock screens of the simulated phones. A push with the tag of a shown one has replaced it.
let shownScreens = "";

async function showScreens() {
  const filter = $("screen-filter").value.trim();
  const pushes = (await get("/_local/inboxes/expo")).filter((push) => push.token.includes(filter)).slice(0, 60);
  const state = JSON.stringify(pushes);
  if (state === shownScreens) return;
  shownScreens = state;
  const rows = pushes.map((push) => {
    const row = make("li", push.body);
    const line = make("small");
    const extra = [push.is_silent ? "silent" : "", push.times > 1 ? `replaced ${push.times - 1}×` : "", push.badge ? `badge ${push.badge}` : ""];
    line.append(make("span", [push.system, push.channel || "", ...extra].filter(Boolean).join(" · ")), make("time", clock(push.at)));
    row.prepend(line, make("b", `${push.title}\n`));
    return row;
  });
  $("screen-list").replaceChildren(...(rows.length ? rows : [make("li", "Nothing has arrived yet. Timers run by hand here: run push_sender to send waiting pushes.", "empty")]));
}
