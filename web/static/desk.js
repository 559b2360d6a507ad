// The desk: cases, the one that is open with its card and history, and the marks of what can be done about it.

import { clockTime, element, whenChanged, words } from "./dom.js";

const root = document.getElementById("desk");
const find = (selector) => root.querySelector(selector);
const list = find(".cases");
const room = find(".room");
const log = find(".history");
const form = find(".compose");
const TICKS = { queued: "◷", sending: "◷", reconciling: "?", sent: "✓", delivered: "✓✓", read: "✓✓", unknown: "?" };
const NAMED = ["agent", "note", "failed", "held"];
const OURS = ["agent", "bot", "note"];

let seats = {}; // place → login → case → what is to be seen there
let shown = []; // all cases, newest first
let known = new Set();
let chosen = ""; // the id of the open one
let facts = false; // whether all facts of the card are to be seen

export const login = () => root.dataset.login;
export const open = () => chosen;
export const place = () => root.dataset.at;

const current = () => shown.find(({ case: { id } }) => id === chosen);
const closed = ({ case: { phase } }) => phase === "resolved" || phase === "confirmed";

const button = ({ value, label }, name = "button") => element(name, { type: "button", "data-decide": value }, label);

function tab({ case: each, card }) {
  const seen = each.id === chosen;
  const score = each.score === null ? "–" : String(each.score);
  const marks = { type: "button", "data-case": each.id, "aria-pressed": String(seen), title: card.title };
  return element(
    `button.tab.${card.colour}`,
    marks,
    element("b", {}, each.code),
    element("span.score", {}, score),
    element("small", {}, words[`device_${each.channel}`] || each.channel),
  );
}

const drawList = whenChanged(() => {
  list.hidden = shown.length < 2;
  list.replaceChildren(...shown.map(tab));
});

const drawCard = whenChanged(({ card, facts }) => {
  const all = card.facts.map(({ label, value }) => element("div", {}, element("dt", {}, label), element("dd", {}, value)));
  const more = { type: "button", "data-more": "", "aria-expanded": String(facts) };
  const focused = room.contains(document.activeElement) && document.activeElement.dataset.decide;
  find(".card").className = `card ${card.colour}${facts ? " all" : ""}`;
  find(".card").replaceChildren(
    element("p.head", {}, element("h3", {}, card.title), element("button.more", more, facts ? words.fewer_facts : words.all_facts)),
    card.quote ? element("blockquote", {}, card.quote) : "",
    element("dl", {}, ...all),
    element("p.acts", {}, ...card.choices.map((each) => button(each, each.value === "claim" ? "button.primary" : "button"))),
  );
  if (focused && !room.contains(document.activeElement)) form.elements.text.focus({ preventScroll: true });
});

function entry(each) {
  const state = each.delivery;
  const stamp = [NAMED.includes(each.kind) ? each.by : "", clockTime(Date.parse(each.at))].filter(Boolean).join(" · ");
  const tick = state && OURS.includes(each.kind) ? element(`span.tick.${state}`, { title: words[state] }, TICKS[state] || "!") : "";
  const small = element("small", {}, stamp, tick ? " " : "", tick);
  const label = words[`entry_${each.kind}`];
  return element(
    `li.entry.${each.kind}`,
    {},
    label ? element("span.what", {}, label) : "",
    element("p.text", {}, each.text || words.file),
    each.files && each.text ? element("span.what", {}, words.file) : "",
    small,
  );
}

const drawHistory = whenChanged((part) => {
  if (!part) return;
  const { entries, asked, you } = part;
  const bottom = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  const seen = entries.filter(({ kind, by, text }) => kind !== "answer" || (by === you && !asked.includes(text)));
  log.replaceChildren(...seen.map(entry));
  if (bottom) log.scrollTop = log.scrollHeight;
});

const drawPrompts = whenChanged(({ prompts }) => {
  find(".prompts").replaceChildren(
    ...prompts.map(({ kind, text, why, choices }) =>
      element(
        `div.prompt.${kind}`,
        { role: "group", "aria-label": why },
        element("p", {}, why),
        text && kind === "held" ? element("p.text", {}, text) : "",
        element("p.acts", {}, ...choices.map((each, at) => button(each, at ? "button" : "button.first"))),
      ),
    ),
  );
  log.scrollTop = log.scrollHeight;
});

/** Slack's cards have labels between stars, which Slack shows bold. */
const drawn = (text, bot) =>
  bot ? text.split(/^\*([^*\n]+)\*$/m).map((part, at) => (at % 2 ? element("b", {}, part) : part)) : [text];

/** A message as an agent sees it on a channel. */
function message({ id, mine, name, text, at, edited, buttons, signs, private: only }) {
  let index = 0;
  const keys = buttons.flat().map((label) => element("button", { type: "button", "data-tap": String(index++), "data-message": id }, label));
  const stamp = [mine ? "" : name, edited ? words.edited : "", clockTime(at)].filter(Boolean).join(" · ");
  return element(
    `li.entry.${mine ? "agent" : "customer"}${only ? ".private" : ""}`,
    {},
    only ? element("span.what", {}, words.entry_answer) : "",
    element("p.text", {}, ...drawn(text, buttons.length > 0)),
    keys.length ? element("p.acts", {}, ...keys) : "",
    element("small", {}, stamp, signs.length ? ` ${signs.join(" ")}` : ""),
  );
}

const drawThread = whenChanged((part) => {
  if (!part) return;
  const { messages, at } = part;
  const focused = log.contains(document.activeElement);
  log.replaceChildren(
    ...messages.map(message),
    messages.length ? "" : element("li.empty", {}, words[`desk_empty_${at}`] || words.desk_empty),
  );
  if (focused) log.focus({ preventScroll: true });
  log.scrollTop = log.scrollHeight;
});

/** What the field says that one may write, and what becomes of it. */
const drawField = whenChanged(({ prompts, owner, you, over, hint: told }) => {
  const asked = prompts.some(({ kind, agent }) => (kind === "action" || kind === "cause") && agent === you);
  const hint = told || (asked ? words.desk_answer : over ? words.desk_over : owner === you ? words.desk_write : words.desk_claim);
  form.elements.text.placeholder = hint;
});

function redraw() {
  const seen = current();
  for (const each of root.querySelectorAll("[data-at]")) each.hidden = each.dataset.at !== "web" && !seats[each.dataset.at]?.[login()];
  drawList([shown.map((each) => [each.card, each.case]), chosen]);
  find(".none").hidden = Boolean(seen);
  room.hidden = !seen;
  if (!seen) return;
  const you = login();
  const at = place();
  const elsewhere = at !== "web";
  find(".card").hidden = elsewhere;
  find(".prompts").hidden = elsewhere;
  form.elements.text.maxLength = elsewhere ? 2000 : 4000;
  if (elsewhere) {
    drawThread({ messages: seats[at][you]?.[chosen] || [], at, you, id: chosen });
    drawField({ prompts: [], hint: at === "sms" ? `${seen.case.code} …` : words[`desk_at_${at}`] });
    return;
  }
  const { entries, prompts, card } = seen;
  drawCard({ card, facts });
  const mine = prompts.filter(({ agent }) => !agent || agent === you);
  drawHistory({ entries, asked: mine.map(({ why }) => why), you, id: chosen });
  drawPrompts({ prompts: mine, id: chosen });
  drawField({ prompts, owner: seen.case.owner, you, over: closed(seen) });
}

export function draw({ cases, seats: now }) {
  seats = now;
  const fresh = cases.filter(({ case: { id } }) => !known.has(id));
  shown = cases;
  known = new Set(cases.map(({ case: { id } }) => id));
  const seen = current();
  if (fresh.length && (!seen || (closed(seen) && !form.elements.text.value))) chosen = fresh[0].case.id;
  redraw();
}

export function choose(id) {
  chosen = id;
  redraw();
  log.scrollTop = log.scrollHeight;
}

export function sit(name) {
  root.dataset.login = name;
  for (const each of root.querySelectorAll("[data-sit]")) each.setAttribute("aria-pressed", String(each.dataset.sit === name));
  if (place() !== "web" && !seats[place()]?.[name]) move("web");
  else redraw();
}

/** Go to another place where this agent sits. */
export function move(at) {
  root.dataset.at = at;
  for (const each of root.querySelectorAll("[data-at]")) each.setAttribute("aria-pressed", String(each.dataset.at === at));
  log.replaceChildren();
  drawHistory(null);
  drawThread(null);
  redraw();
  log.scrollTop = log.scrollHeight;
}

export function toggle() {
  facts = !facts;
  redraw();
  find("[data-more]").focus();
}
