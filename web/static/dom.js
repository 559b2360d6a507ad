// Builds page elements. Text from customers only ever goes through textContent, so it cannot become markup.

export const words = JSON.parse(document.body.dataset.words);
export const locale = document.body.dataset.lang;

/** element("p.note", {title: "x"}, "text", child, …): the name may carry classes. */
export function element(name, properties = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const made = document.createElement(tag);
  if (classes.length) made.className = classes.join(" ");
  for (const [key, value] of Object.entries(properties)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

/** A QR code, from rows of 0 and 1, with the quiet zone around it. */
export function picture(rows) {
  const space = "http://www.w3.org/2000/svg";
  const size = rows.length + 8;
  const made = document.createElementNS(space, "svg");
  made.setAttribute("viewBox", `0 0 ${size} ${size}`);
  const path = document.createElementNS(space, "path");
  const dark = rows.flatMap((row, y) => [...row].flatMap((bit, x) => (bit === "1" ? [`M${x + 4} ${y + 4}h1v1h-1z`] : [])));
  path.setAttribute("d", dark.join(""));
  made.append(path);
  return made;
}

/** Calls draw(part) only when the part differs from the last time. */
export function whenChanged(draw) {
  let before;
  return (part) => {
    const now = JSON.stringify(part);
    if (now !== before) draw(part);
    before = now;
  };
}

/** Makes a node like a fresh one; what is the same in it stays, and with it the selection and the focus. */
export function renew(node, fresh) {
  for (const { name } of [...node.attributes]) if (!fresh.hasAttribute(name)) node.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (node.getAttribute(name) !== value) node.setAttribute(name, value);
  const parts = [...fresh.childNodes];
  if (parts.length !== node.childNodes.length) node.replaceChildren(...parts);
  else parts.forEach((part, at) => node.childNodes[at].isEqualNode(part) || node.childNodes[at].replaceWith(part));
}

/** Draws a list of [key, facts] with make(facts). Nodes whose facts are the same stay where they are. */
export function patched(list, make) {
  let made = new Map();
  return (items) => {
    const before = made;
    made = new Map();
    for (const [key, facts] of items) {
      const shown = JSON.stringify(facts);
      const known = before.get(key);
      if (known && known.shown !== shown) renew(known.node, make(facts));
      made.set(key, { shown, node: known ? known.node : make(facts) });
    }
    const nodes = [...made.values()].map(({ node }) => node);
    const wanted = new Set(nodes);
    for (const node of [...list.children]) if (!wanted.has(node)) node.remove();
    nodes.forEach((node, at) => list.children[at] === node || list.insertBefore(node, list.children[at] || null));
  };
}

/** Draws; who reads the end of the list goes on reading it, and who reads further up stays there. */
export function keepingPlace(list, draw) {
  const end = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  draw();
  if (end) list.scrollTop = list.scrollHeight;
}

export const clockTime = (at) => new Date(at).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });

/** "in 23 hours", in the page's language. */
export function fromNow(ms) {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "always" });
  const minutes = Math.round(ms / 60000);
  if (Math.abs(minutes) < 90) return format.format(minutes, "minute");
  const hours = Math.round(ms / 3600000);
  return Math.abs(hours) < 48 ? format.format(hours, "hour") : format.format(Math.round(hours / 24), "day");
}
