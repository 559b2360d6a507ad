// The demo page: listens to the server's snapshots and hands each panel its part.

import { fromNow, whenChanged, words } from "./dom.js";
import * as phone from "./phone.js";
import * as store from "./store.js";
import * as talk from "./talk.js";

const fault = document.getElementById("fault");
const toast = document.getElementById("toast");

function tell(text) {
  toast.textContent = text;
  toast.hidden = !text;
  clearTimeout(tell.timer);
  tell.timer = setTimeout(() => tell(""), 6000);
}

async function act(action, facts) {
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

const showFault = whenChanged((name) => {
  fault.value = name;
  fault.classList.toggle("on", name !== "none");
});
const showSkipped = whenChanged((ms) => {
  const legend = document.querySelector("#skip legend");
  legend.textContent = ms ? `${words.skip} (${fromNow(ms)})` : words.skip;
});

function connect() {
  const events = new EventSource("/demo/events");
  events.onmessage = ({ data }) => {
    const snapshot = JSON.parse(data);
    document.getElementById("lost").hidden = true;
    phone.draw(snapshot.phone);
    talk.draw(snapshot.talk);
    store.draw(snapshot.store);
    showFault(snapshot.fault);
    showSkipped(snapshot.skipped);
  };
  events.onerror = () => {
    document.getElementById("lost").hidden = false;
  };
}

document.getElementById("start").addEventListener("submit", (event) => {
  event.preventDefault();
  act("start", Object.fromEntries(new FormData(event.target)));
});
document.getElementById("compose").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = document.getElementById("text");
  if (text.value.trim()) act("text", { text: text.value });
  text.value = "";
  text.focus();
});
document.addEventListener("click", ({ target }) => {
  if (target.dataset.text !== undefined) act("text", { text: target.dataset.text });
  if (target.dataset.skip !== undefined) act("skip", { ms: Number(target.dataset.skip) });
});
fault.addEventListener("change", () => act("fault", { name: fault.value }));
connect();
