// The three devices: what each customer sees, and the marks of what can be done there.

import { clockTime, element, keepingPlace, locale, patched, picture, whenChanged, words } from "./dom.js";

const day = (at) => new Date(at).toLocaleDateString(locale, { weekday: "long", day: "numeric", month: "long" });

function keyboard(message) {
  let index = 0;
  const rows = message.buttons.map((labels) =>
    element(
      "div.row",
      {},
      ...labels.map((label) => element("button", { type: "button", "data-press": String(index++), "data-message": message.id }, label)),
    ),
  );
  return rows.length ? element("div.keys", {}, ...rows) : "";
}

function bubble(message, badge) {
  const stamp = [message.edited ? words.edited : "", clockTime(message.at)].filter(Boolean).join(" ");
  const edit = { type: "button", "data-edit": message.id, title: words.edit, "aria-label": `${words.edit}: ${message.text}` };
  return element(
    `li.bubble.${message.mine ? "mine" : "theirs"}`,
    { "data-id": message.id },
    element("span.face", { "aria-hidden": "true" }, [...message.name][0] || ""),
    element("p.who", {}, element("b", {}, message.name), badge && !message.mine ? element("span.badge", {}, badge) : ""),
    element("p.text", {}, message.text),
    element("small", {}, stamp),
    message.editable ? element("button.edit", edit, "✎") : "",
    keyboard(message),
  );
}

/** One device. */
export function device(root) {
  const find = (selector) => root.querySelector(selector);
  const list = find(".bubbles");
  const gate = find(".gate");
  const choices = find(".choices");
  const form = find(".compose");
  const badge = root.dataset.device === "slack" ? words.app : "";
  const put = patched(list, ({ message, day: today }) =>
    message ? bubble(message, badge) : element(today ? "li.day" : "li.empty", {}, today || words.nothing_yet),
  );
  let texts = new Map();

  const drawMessages = whenChanged((messages) => {
    const before = new Set(list.children);
    const focused = list.contains(document.activeElement);
    let last = "";
    const items = messages.flatMap((message) => {
      const today = day(message.at);
      const first = today !== last;
      last = today;
      return first ? [[`day ${message.id}`, { day: today }], [message.id, { message }]] : [[message.id, { message }]];
    });
    put(items.length ? items : [["", {}]]);
    for (const item of list.children) item.classList.toggle("new", before.size > 0 && !before.has(item));
    texts = new Map(messages.map((message) => [message.id, message.text]));
    if (focused && !list.contains(document.activeElement)) list.focus({ preventScroll: true });
  });

  const drawChoices = whenChanged((options) => {
    choices.classList.toggle("wordy", options.some(({ label }) => label.length > 6));
    choices.replaceChildren(
      ...options.map(({ value, label }) => element("button", { type: "button", "data-text": value }, label || value)),
    );
  });

  const drawGate = whenChanged(({ state, link }) => {
    const blocked = state === "blocked";
    gate.hidden = state === "open" && !link;
    form.hidden = state !== "open" || Boolean(link);
    find(".block").hidden = state !== "open";
    find(".handed").hidden = !link;
    find(".unblock").hidden = !blocked;
    find(".open").hidden = blocked && !link;
    find(".hint").textContent = link ? words.link_hint : blocked ? words.blocked : words.open_hint;
    find(".url").textContent = link ? link.url : "";
    find(".code").replaceChildren(...(link ? [picture(link.code)] : []));
  });

  function edit(id) {
    const editing = texts.has(id);
    form.dataset.editing = editing ? id : "";
    find(".editing").hidden = !editing;
    form.elements.text.value = editing ? texts.get(id) : "";
    form.elements.text.focus();
  }

  function draw(screen) {
    find(".owner").textContent = screen.owner;
    find(".name").textContent = screen.contact;
    find(".detail").textContent = screen.detail;
    find(".faulty").hidden = screen.fault === "none";
    keepingPlace(list, () => {
      drawMessages(screen.messages);
      if (choices) drawChoices(screen.choices);
      if (gate) drawGate({ state: screen.state, link: screen.link });
    });
  }

  /** Look at the end of the conversation. */
  function end() {
    list.scrollTop = list.scrollHeight;
  }

  return { draw, edit, end, form };
}
