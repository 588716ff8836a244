"use strict";

// Inboxes other than the phone's: mail, the signed webhook, failures and traces at Sentry.
let shownMessages = "";

const MESSAGE_LINES = {
  mailbox: (mail) => [`${mail.to} · ${clock(mail.at)}`, mail.subject, mail.text],
  webhook: (call) => [`${call.id}`, `${call.event}: ${call.rule}`, call.text],
  sentry: (item) => [
    `${item.kind} · ${item.transaction || ""} · request ${item.tags?.request_id || "–"}`,
    item.exception?.values?.map((one) => `${one.type}: ${one.value}`).join("\n") || (item.spans || []).map((span) => span.description).join("\n"),
    "",
  ],
};

async function showMessages() {
  const name = $("message-source").value;
  const arrived = (await get(`/_local/inboxes/${name}`)).slice(0, 50);
  const state = name + JSON.stringify(arrived);
  if (state === shownMessages) return;
  shownMessages = state;
  const rows = arrived.map((item) => {
    const [head, title, text] = MESSAGE_LINES[name](item);
    const row = make("li");
    // Links of mails lead to this stack's own pages.
    text?.split(/(http:\/\/127\.0\.0\.1:\d+\/\S+)/).forEach((part, place) => {
      if (place % 2 === 0) return row.append(part);
      const link = make("a", part);
      link.href = part;
      link.target = "_blank";
      link.rel = "noopener noreferrer";
      return row.append(link);
    });
    row.prepend(make("small", head), make("b", `${title}\n`));
    return row;
  });
  $("message-list").replaceChildren(...(rows.length ? rows : [make("li", "Nothing has arrived yet.", "empty")]));
}
