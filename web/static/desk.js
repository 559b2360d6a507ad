// The desk: cases, the one that is open with its card and history, and the marks of what can be done about it.

import { clockTime, element, keepingPlace, patched, renew, whenChanged, words } from "./dom.js";

const root = document.getElementById("desk");
const find = (selector) => root.querySelector(selector);
const list = find(".cases");
const room = find(".room");
const log = find(".history");
const form = find(".compose");
const TICKS = { queued: "◷", sending: "◷", reconciling: "?", sent: "✓", delivered: "✓✓", read: "✓✓", unknown: "?" };
const UNSENT = ["cancelled", "expired", "failed", "undelivered"];
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

function tab({ id, code, channel, score, test, title, colour, seen }) {
  return element(
    `button.tab.${colour}`,
    { type: "button", "data-case": id, "aria-pressed": String(seen), title },
    element("b", {}, code),
    element("span.score", {}, score === null ? "–" : String(score)),
    element("small", {}, test ? words.test : words[`device_${channel}`] || channel),
  );
}

const drawTabs = patched(list, tab);
const drawList = () => {
  list.hidden = shown.length < 2;
  drawTabs(shown.map(({ case: each, card: { title, colour } }) => [each.id, { ...each, title, colour, seen: each.id === chosen }]));
};

const drawCard = whenChanged(({ card, facts }) => {
  const all = card.facts.map(({ label, value }) => element("div", {}, element("dt", {}, label), element("dd", {}, value)));
  const more = { type: "button", "data-more": "", "aria-expanded": String(facts) };
  renew(
    find(".card"),
    element(
      `div.card.${card.colour}${facts ? ".all" : ""}`,
      {},
      element("p.head", {}, element("h3", {}, card.title), element("button.more", more, facts ? words.fewer_facts : words.all_facts)),
      element("blockquote", card.quote ? {} : { hidden: "" }, card.quote),
      element("dl", {}, ...all),
      element("p.acts", {}, ...card.choices.map((each) => button(each, each.value === "claim" ? "button.primary" : "button"))),
    ),
  );
});

function entry(each) {
  const state = each.delivery;
  const stamp = [NAMED.includes(each.kind) ? each.by : "", clockTime(Date.parse(each.at))].filter(Boolean).join(" · ");
  const unsent = UNSENT.includes(state);
  const sign = unsent ? `! ${words[state]}` : TICKS[state] || "!";
  const tick = state && OURS.includes(each.kind) ? element(`span.tick.${state}`, { title: words[state] }, sign) : "";
  const small = element("small", {}, stamp, tick ? " " : "", tick);
  const label = words[`entry_${each.kind}`];
  return element(
    `li.entry.${each.kind}${unsent ? ".unsent" : ""}`,
    {},
    label ? element("span.what", {}, label) : "",
    element("p.text", {}, each.text || words.file),
    each.files && each.text ? element("span.what", {}, words.file) : "",
    small,
  );
}

/** The history for `you`: of what only one person reads, nothing that a prompt says as well. */
function history({ case: { id }, entries }, asked, you) {
  return entries.flatMap((each, at) =>
    each.kind !== "answer" || (each.by === you && !asked.includes(each.text)) ? [[`${id} ${at}`, { entry: each }]] : [],
  );
}

function prompt({ kind, text, why, choices }) {
  return element(
    `div.prompt.${kind}`,
    { role: "group", "aria-label": why },
    element("p", {}, why),
    text && kind === "held" ? element("p.text", {}, text) : "",
    element("p.acts", {}, ...choices.map((each, at) => button(each, at ? "button" : "button.first"))),
  );
}

const putPrompts = patched(find(".prompts"), prompt);

/** Whoever pressed Resolve goes on with the first cause. */
function drawPrompts(id, prompts) {
  const asked = prompts.some(({ kind }) => kind === "cause") && !find(".prompt.cause");
  const pressed = document.activeElement?.dataset.decide === "resolve";
  putPrompts(prompts.map((each) => [`${id} ${each.kind} ${each.choices[0]?.value}`, each]));
  if (asked && pressed) find(".prompt.cause button").focus({ preventScroll: true });
}

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

const nothing = ({ at }) => element("li.empty", {}, words[`desk_empty_${at}`] || words.desk_empty);

/** What an agent sees of a case elsewhere. */
const thread = (id, at, you, messages) =>
  messages.length ? messages.map((each) => [`${at} ${you} ${id} ${each.id}`, { message: each }]) : [[`${at} ${id}`, { at }]];

const putLog = patched(log, (facts) => (facts.entry ? entry(facts.entry) : facts.message ? message(facts.message) : nothing(facts)));

/** What the field says that one may write, and what becomes of it. */
const drawField = whenChanged(({ prompts, owner, you, over, hint: told }) => {
  const asked = prompts.some(({ kind, agent }) => (kind === "action" || kind === "cause") && agent === you);
  const hint = told || (asked ? words.desk_answer : over ? words.desk_over : owner === you ? words.desk_write : words.desk_claim);
  form.elements.text.placeholder = hint;
});

function redraw() {
  const seen = current();
  for (const each of root.querySelectorAll("[data-at]")) each.hidden = each.dataset.at !== "web" && !seats[each.dataset.at]?.[login()];
  drawList();
  find(".none").hidden = Boolean(seen);
  room.hidden = !seen;
  if (!seen) return;
  const focused = room.contains(document.activeElement);
  keepingPlace(log, () => (place() === "web" ? drawHere(seen, login()) : drawElsewhere(seen, place(), login())));
  if (focused && !room.contains(document.activeElement)) form.elements.text.focus({ preventScroll: true });
}

function drawHere(seen, you) {
  const { prompts, card } = seen;
  const mine = prompts.filter(({ agent }) => !agent || agent === you);
  find(".card").hidden = find(".prompts").hidden = false;
  form.elements.text.maxLength = 4000;
  drawCard({ card, facts });
  putLog(history(seen, mine.map(({ why }) => why), you));
  drawPrompts(chosen, mine);
  drawField({ prompts, owner: seen.case.owner, you, over: closed(seen) });
}

function drawElsewhere(seen, at, you) {
  find(".card").hidden = find(".prompts").hidden = true;
  form.elements.text.maxLength = 2000;
  putLog(thread(chosen, at, you, seats[at][you]?.[chosen] || []));
  drawField({ prompts: [], hint: at === "sms" ? `${seen.case.code} …` : words[`desk_at_${at}`] });
}

/** Look at the end of what was said. */
export function end() {
  log.scrollTop = log.scrollHeight;
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
  end();
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
  redraw();
  end();
}

export function toggle() {
  facts = !facts;
  redraw();
  find("[data-more]").focus();
}
