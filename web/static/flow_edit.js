// The editor of a survey: checks and saves while somebody types, plays the draft on the phone beside it.
// It sends the page's own form, one request at a time, and takes over the marked parts of the page that comes back.

import { drop, keep, kept } from "./drafts.js";

const PAUSE = 400; // ms without a key before a check
const SAVING = 2000; // and before the draft is saved; until then this browser keeps it
const WEIGHT = { check: 0, keep: 1 }; // of what waits, the heaviest is sent
const MOST_NUMBERED = 5000; // lines
const form = document.getElementById("editor");
const { source } = form.elements;
const { flow, person } = form.dataset;
const id = (name) => document.getElementById(name);
const numbers = id("numbers");
const first = source.value;
let timer = 0;
let saving = 0;
let busy = false;
let waiting = null; // what to send once the answer is there

// --- sending

const weight = (press) => WEIGHT[press] ?? 2;

async function send(press) {
  clearTimeout(timer);
  if (busy) {
    if (waiting === null || weight(press) >= weight(waiting)) waiting = press;
    return;
  }
  busy = true;
  const playing = press === "play";
  if (press === "keep") clearTimeout(saving);
  const fields = new URLSearchParams(new FormData(form));
  const sent = source.value;
  fields.set("press", press);
  const reply = playing ? form.elements.reply.value : "";
  if (!playing) fields.delete("reply"); // a reply that is still being typed
  id("checking").hidden = false;
  try {
    const answer = await fetch(form.action, { method: "POST", body: fields, headers: { accept: "text/html" } });
    if (answer.redirected) {
      location.assign(answer.url);
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!fresh.getElementById("editor")) throw new Error("this is another page");
    take(fresh);
    if (id("kept").dataset.saved && source.value === sent) forget();
    if (playing && form.elements.reply.value === reply) form.elements.reply.value = "";
    id("lost").hidden = true;
  } catch {
    id("lost").hidden = false;
  } finally {
    busy = false;
    id("checking").hidden = true;
  }
  if (waiting !== null) {
    const next = waiting;
    waiting = null;
    send(next);
  }
}

function take(fresh) {
  const focused = document.activeElement?.id;
  const open = id("lines")?.open;
  for (const part of document.querySelectorAll("[data-part]")) {
    const other = fresh.getElementById(part.id);
    if (other && !part.isEqualNode(other)) part.replaceWith(document.adoptNode(other));
  }
  if (open && id("lines")) id("lines").open = true;
  if (focused && document.activeElement?.id !== focused) id(focused)?.focus();
  for (const screen of document.querySelectorAll(".screen")) screen.scrollTop = screen.scrollHeight;
  mark();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const inPhone = document.activeElement === form.elements.reply;
  const press = event.submitter?.value ?? "check";
  if (press === "drop") forget();
  send(inPhone && press === "check" ? "play" : press);
});
form.addEventListener("change", (event) => {
  if (event.target.tagName === "SELECT") send("check");
});

// --- writing

source.addEventListener("input", () => {
  keep(person, flow, { source: source.value, basedOn: form.elements.based_on.value, draft: form.elements.draft.value });
  number();
  clearTimeout(timer);
  clearTimeout(saving);
  timer = setTimeout(() => send("check"), PAUSE);
  saving = setTimeout(() => send("keep"), SAVING);
});

source.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    send("check");
    return;
  }
  const line = source.value.slice(source.value.lastIndexOf("\n", source.selectionStart - 1) + 1, source.selectionStart);
  const indentation = line.match(/^ */)[0];
  if (!indentation || event.shiftKey || event.altKey) return;
  event.preventDefault();
  document.execCommand("insertText", false, `\n${indentation}`); // the one way that undo knows of
});

// A place in the list of problems leads to its line.
document.addEventListener("click", (event) => {
  const place = event.target.closest?.("[data-line]");
  if (!place) return;
  event.preventDefault();
  const lines = source.value.split("\n");
  const row = Math.min(Number(place.dataset.line), lines.length) - 1;
  const at = lines.slice(0, row).reduce((sum, line) => sum + line.length + 1, 0);
  const from = at + Math.min(Number(place.dataset.column) - 1, lines[row].length);
  source.focus();
  source.setSelectionRange(from, at + lines[row].length);
  source.scrollTop = Math.max(0, row - 5) * parseFloat(getComputedStyle(source).lineHeight);
});

// --- numbers beside the lines

function number() {
  const count = Math.min(source.value.split("\n").length, MOST_NUMBERED);
  while (numbers.children.length > count) numbers.lastChild.remove();
  while (numbers.children.length < count) {
    const line = document.createElement("span");
    line.textContent = numbers.children.length + 1;
    numbers.append(line);
  }
}

function mark() {
  for (const line of numbers.querySelectorAll("[class]")) line.removeAttribute("class");
  for (const place of document.querySelectorAll("[data-line]")) {
    const line = numbers.children[Number(place.dataset.line) - 1];
    if (line && line.className !== "error") line.className = place.dataset.severity;
  }
}

source.addEventListener("scroll", () => { numbers.scrollTop = source.scrollTop; });
numbers.hidden = false;

// --- what was typed last time and not saved

function forget() {
  drop(person, flow);
  id("restored").hidden = true;
}

id("kept-here").hidden = false;
const before = form.dataset.fresh === "1" && !location.search.includes("from=") ? kept(person, flow) : null;
if (before && before.source !== first) {
  source.value = before.source;
  form.elements.based_on.value = before.basedOn;
  form.elements.draft.value = before.draft ?? 0;
  id("restored").hidden = false;
  send("keep");
}
number();
mark();
