// Shows which surveys have a text in this browser that is not saved, and forgets the one that was just published.

import { all, drop, kept } from "./drafts.js";

const done = document.querySelector("[data-dropped]");
if (done) drop(done.dataset.person, done.dataset.dropped);

const listed = new Set();
for (const tag of document.querySelectorAll("[data-draft]")) {
  listed.add(tag.dataset.draft);
  tag.hidden = !kept(tag.dataset.person, tag.dataset.draft);
}

for (const link of document.querySelectorAll("[data-begun]")) listed.add(link.dataset.begun);
const fresh = document.getElementById("new-drafts");
for (const flow of fresh ? all(fresh.dataset.person) : []) {
  if (listed.has(flow) || !/^[a-z0-9][a-z0-9_-]*$/.test(flow)) continue;
  const link = document.createElement("a");
  link.href = `/flows/${flow}/edit`;
  link.textContent = flow;
  const item = document.createElement("li");
  item.append(link);
  fresh.querySelector("ul").append(item);
  fresh.hidden = false;
}
