// The phone: what the customer sees and types.

import { clockTime, element, locale, whenChanged, words } from "./dom.js";

const bubbles = document.getElementById("bubbles");
const choices = document.getElementById("choices");

function bubble(message, day) {
  const side = message.mine ? "mine" : "theirs";
  const stamp = clockTime(message.at);
  const made = element(`li.bubble.${side}`, {}, element("p", {}, message.text), element("small", {}, stamp));
  return day ? [element("li.day", {}, day), made] : [made];
}

const drawMessages = whenChanged((messages) => {
  const shown = bubbles.childElementCount;
  let last = "";
  const made = messages.flatMap((message) => {
    const day = new Date(message.at).toLocaleDateString(locale, { weekday: "long", day: "numeric", month: "long" });
    const first = day !== last;
    last = day;
    return bubble(message, first ? day : "");
  });
  if (!made.length) made.push(element("li.empty", {}, words.nothing_yet));
  made.slice(shown).forEach((item) => item.classList.add("new"));
  bubbles.replaceChildren(...made);
  bubbles.scrollTop = bubbles.scrollHeight;
});

const drawChoices = whenChanged((options) => {
  choices.classList.toggle("wordy", options.some(({ label }) => label.length > 6));
  choices.replaceChildren(
    ...options.map(({ value, label }) => element("button", { type: "button", "data-text": value }, label || value)),
  );
  bubbles.scrollTop = bubbles.scrollHeight;
});

export function draw(phone) {
  document.getElementById("contact").textContent = phone.name;
  document.getElementById("number").textContent = phone.sender;
  drawMessages(phone.messages);
  drawChoices(phone.choices);
}
