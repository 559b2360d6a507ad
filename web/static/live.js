// Keeps the home page up to date: told by server-sent events, it fetches the page again and swaps what has changed.

const line = document.getElementById("live");
const source = new EventSource(line.dataset.address);

source.addEventListener("changed", async () => {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.getElementById(part.id);
    if (other) swap(part, other);
  }
});
addEventListener("pagehide", () => source.close());

// Only what differs is touched, so that open tables, the focus and what is being read stay where they are.
function swap(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  const same = old.tagName === fresh.tagName && old.children.length === fresh.children.length && old.children.length > 0;
  const texts = (node) => [...node.childNodes].filter((each) => each.nodeType === Node.TEXT_NODE).map((each) => each.data.trim()).join("|");
  if (!same || texts(old) !== texts(fresh)) {
    const open = new Set([...old.querySelectorAll("details[open]")].map((each) => each.id));
    old.replaceWith(document.adoptNode(fresh));
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    return;
  }
  const open = old.tagName === "DETAILS" && old.open;
  for (const name of old.getAttributeNames()) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  if (open) old.open = true;
  const others = [...fresh.children]; // whoever is moved over is missing there
  [...old.children].forEach((child, index) => swap(child, others[index]));
}
