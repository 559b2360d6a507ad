// The demo page: listens to the server's snapshots, hands each part its own, and passes on what is done.

import * as desk from "./desk.js";
import { device } from "./devices.js";
import { fromNow, locale, whenChanged, words } from "./dom.js";
import * as store from "./store.js";
import * as talk from "./talk.js";

const devices = new Map([...document.querySelectorAll("[data-device]")].map((root) => [root.dataset.device, device(root)]));
const provider = document.getElementById("provider");
const fault = document.getElementById("fault");
const toast = document.getElementById("toast");
let snapshot;

function tell(text) {
  toast.textContent = text;
  toast.hidden = !text;
  clearTimeout(tell.timer);
  tell.timer = setTimeout(() => tell(""), 6000);
}

let done = Promise.resolve();

/** One after the other: whoever asks for a link and then opens it means that link. */
function act(action, facts) {
  done = done.then(() => post(action, facts));
}

async function post(action, facts) {
  tell("");
  try {
    const answer = await fetch(`/demo/${action}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(facts),
    });
    if (!answer.ok) tell(`${words.refused}: ${(await answer.json()).detail || answer.status}`);
  } catch {
    document.getElementById("lost").hidden = false;
  }
}

/** The device whose conversation is shown, and to which replies to try go. */
const active = () => document.body.dataset.active;

function show(name) {
  if (name === active()) return;
  document.body.dataset.active = name;
  document.getElementById("target").textContent = words[`device_${name}`];
  for (const button of document.querySelectorAll("[data-show]")) {
    button.setAttribute("aria-pressed", String(button.dataset.show === name));
  }
  devices.get(name).end(); // on a small screen it was hidden
  if (snapshot) talk.draw(snapshot.talks[name]);
}

const showSkipped = whenChanged((ms) => {
  const legend = document.querySelector("#skip legend");
  legend.textContent = ms ? `${words.skip} (${fromNow(ms)})` : words.skip;
});

function showFault() {
  if (!snapshot) return;
  const name = snapshot.devices[provider.value].fault;
  fault.value = name;
  fault.title = words[`fault_hint_${provider.value}`] || words.fault_hint;
  fault.classList.toggle("on", name !== "none");
}

function connect() {
  const events = new EventSource(`/demo/events?lang=${locale}`);
  events.onmessage = ({ data }) => {
    snapshot = JSON.parse(data);
    document.getElementById("lost").hidden = true;
    for (const [name, one] of devices) one.draw(snapshot.devices[name]);
    talk.draw(snapshot.talks[active()]);
    desk.draw(snapshot);
    store.draw(snapshot.store);
    showFault();
    showSkipped(snapshot.skipped);
  };
  events.onerror = () => {
    document.getElementById("lost").hidden = false;
  };
}

function start(name, link) {
  const chosen = Object.fromEntries(new FormData(document.getElementById("start")));
  act("start", { device: name, flow: chosen.flow, language: chosen.language, link });
}

function reply(form) {
  const field = form.elements.text;
  const text = field.value;
  if (text.trim()) act("reply", { case: desk.open(), login: desk.login(), text, at: desk.place() });
  field.value = "";
  desk.end();
}

/** What a click on something with this mark does; `name` is the device it is on, `mark` the value of the mark. */
const deeds = {
  ask: (name) => start(name, false),
  link: (name) => start(name, true),
  open: (name) => act("open", { device: name }),
  block: (name) => act("block", { device: name, blocked: true }),
  unblock: (name) => act("block", { device: name, blocked: false }),
  press: (name, mark, button) => act("press", { device: name, message: button.dataset.message, button: Number(mark) }),
  edit: (name, mark) => devices.get(name).edit(mark),
  cancel: (name) => devices.get(name).edit(""),
  text: (name, mark) => act("text", { device: name, text: mark }),
  skip: (_, mark) => act("skip", { ms: Number(mark) }),
  show: (_, mark) => show(mark),
  decide: (_, mark) => act("decide", { case: desk.open(), login: desk.login(), press: mark }),
  case: (_, mark) => desk.choose(mark),
  sit: (_, mark) => desk.sit(mark),
  tap: (_, mark, button) => act("tap", { at: desk.place(), login: desk.login(), message: button.dataset.message, button: Number(mark) }),
  at: (_, mark) => desk.move(mark),
  more: () => desk.toggle(),
};

const deviceOf = (target) => target.closest("[data-device]")?.dataset.device;

document.addEventListener("click", ({ target }) => {
  const name = deviceOf(target);
  if (name) show(name);
  const button = target.closest("button");
  const deed = button && Object.keys(button.dataset).find((key) => key in deeds);
  if (deed) deeds[deed](name || active(), button.dataset[deed], button);
});
document.addEventListener("focusin", ({ target }) => {
  const name = deviceOf(target);
  if (name) show(name);
});
document.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target.closest("#desk")) reply(event.target);
  const name = deviceOf(event.target);
  if (!name) return;
  const { form, edit, end } = devices.get(name);
  const text = form.elements.text.value;
  const editing = form.dataset.editing;
  if (text.trim()) act(editing ? "rewrite" : "text", { device: name, text, ...(editing ? { message: editing } : {}) });
  edit("");
  end();
});
document.addEventListener("keydown", ({ key, target }) => {
  const name = deviceOf(target);
  if (key === "Escape" && name && devices.get(name).form.dataset.editing) devices.get(name).edit("");
});
provider.addEventListener("change", showFault);
fault.addEventListener("change", () => act("fault", { device: provider.value, name: fault.value }));
connect();
