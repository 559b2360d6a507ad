// What was stored: the score, the responses, the queues.

import { clockTime, element, whenChanged, words } from "./dom.js";

const root = document.getElementById("store");
const SEGMENTS = ["detractor", "passive", "promoter"];

function nps(counts) {
  const all = counts.promoter + counts.passive + counts.detractor;
  const score = all ? Math.round((100 * (counts.promoter - counts.detractor)) / all) : null;
  const shown = score === null ? "–" : score > 0 ? `+${score}` : String(score).replace("-", "−");
  const bar = element("div.bar-parts", { role: "img", "aria-label": words.nps });
  for (const segment of SEGMENTS) {
    const part = element(`span.${segment}`);
    part.style.flexGrow = counts[segment];
    bar.append(part);
  }
  const legend = SEGMENTS.map((segment) =>
    element(`li.${segment}`, {}, element("b", {}, String(counts[segment])), ` ${words[segment]}`),
  );
  return element(
    "div.nps",
    {},
    element("p.figure", {}, shown),
    element("div.nps-side", {}, element("p.label", {}, words.nps), bar, element("ul.legend", {}, ...legend)),
  );
}

function response(row) {
  const score = row.score === null ? "–" : String(row.score);
  return element(
    "li.response",
    {},
    element(`span.score.${row.segment || "plain"}`, { title: words[row.segment] || "" }, score),
    element(
      "div",
      {},
      row.comment ? element("p.reason", {}, row.comment) : element("p.reason.empty", {}, words.no_reason),
      element("small", {}, [words[`flow_${row.flow}`] || row.flow, row.language, row.channel, clockTime(row.at)].join(" · ")),
    ),
    row.outcome ? element(`span.tag.${row.outcome}`, {}, words[`outcome_${row.outcome}`]) : element("span.tag.running", {}, words.outcome_),
  );
}

function queues(counts) {
  const names = ["inbox_new", "outbox_open", "timers", "outbox_unknown", "inbox_poison"];
  const rows = names.map((name) =>
    element(`div.${counts[name] ? "some" : "none"}`, {}, element("dt", {}, words[name]), element("dd", {}, String(counts[name]))),
  );
  return element("dl.queues", {}, ...rows);
}

export const draw = whenChanged(({ scores, responses, counts }) => {
  root.replaceChildren(
    nps(scores),
    element("h3", {}, words.responses),
    responses.length ? element("ol.responses", {}, ...responses.map(response)) : element("p.empty", {}, words.no_responses),
    element("h3", {}, words.queues),
    queues(counts),
  );
});
