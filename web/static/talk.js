// The conversation as the bot sees it: the session's state, and turn by turn what came in and what followed.

import { clockTime, element, fromNow, patched, renew, whenChanged, words } from "./dom.js";

const root = document.getElementById("talk");

function fact(name, value) {
  return element("div", {}, element("dt", {}, name), element("dd", {}, value));
}

function state(session, now) {
  const due = session.due_at ? fromNow(session.due_at - now) : words.due_none;
  return element(
    "div.state",
    {},
    element(
      "p.headline",
      {},
      element("b", {}, words[`flow_${session.flow}`] || session.title),
      element("span.tag", {}, session.language),
      element(`span.tag.${session.outcome || "running"}`, {}, words[`outcome_${session.outcome}`]),
    ),
    element(
      "dl",
      {},
      fact(words.step, session.step || "–"),
      fact(words.owner, words[`owner_${session.owner}`]),
      fact(words.due, due),
      fact(words.turns, String(session.turn)),
    ),
  );
}

function answer(given) {
  const value = given.value === null ? given.text : String(given.value);
  return element(
    "li.answer",
    {},
    element("span.what", {}, given.corrections ? words.corrected : words.recorded),
    element("b", {}, given.question),
    value ? element(`span.value.${given.segment || "plain"}`, {}, value) : "",
    given.comment ? element("q", {}, given.comment) : "",
  );
}

function message(sent) {
  const note = [words[sent.state]];
  if (sent.attempts > 1) note.push(`${words.attempt} ${sent.attempts}`);
  if (sent.code) note.push(sent.code);
  if (sent.parts > 1) note.push(`${sent.parts} ${words.parts}`);
  const title = sent.error ? { title: sent.error } : {};
  const mark = sent.kind === "mark";
  return element(
    `li.message${mark ? ".mark" : ""}`,
    {},
    element("p", {}, mark ? (sent.text ? `${words.marked}: ✓ ${sent.text}` : words.cleared) : sent.text),
    element(`span.chip.${sent.state}`, title, note.join(" · ")),
  );
}

function turn(each) {
  const said = each.said.map((text) => element("q", {}, text));
  return element(
    "li.turn",
    {},
    element("p.event", {}, element("time", {}, clockTime(each.at)), element("b", {}, words[`event_${each.event}`]), ...said),
    element(
      "ul",
      {},
      ...each.answers.map(answer),
      ...each.cases.map((desk) => element("li.case", {}, `${words.case} `, element("b", {}, desk))),
      ...each.messages.map(message),
    ),
  );
}

const head = element("div");
const list = element("ol.turns");
const putTurns = patched(list, turn);
root.append(head, list);

export const draw = whenChanged(({ session, turns, opted_out, now }) => {
  const end = root.scrollHeight - root.scrollTop - root.clientHeight < 40;
  const notice = opted_out ? element("p.notice", {}, words.suppressed) : "";
  renew(head, element("div", {}, notice, session ? state(session, now) : element("p.empty", {}, words.no_session)));
  putTurns(turns.map((each, at) => [at, each]));
  if (end) root.scrollTop = root.scrollHeight;
});
