// What is typed and not saved yet, kept in this browser for each person who signs in here.

const PREFIX = "echolot-draft:";
const name = (person, flow) => `${PREFIX}${person}:${flow}`;

/** {source, basedOn, draft} of a text, or null. A browser may refuse to keep anything. */
export function kept(person, flow) {
  try {
    return JSON.parse(localStorage.getItem(name(person, flow)));
  } catch {
    return null;
  }
}

export function keep(person, flow, draft) {
  try {
    localStorage.setItem(name(person, flow), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function drop(person, flow) {
  try {
    localStorage.removeItem(name(person, flow));
  } catch {
    // nothing was kept
  }
}

/** The surveys of which this person has a draft here. */
export function all(person) {
  try {
    const start = name(person, "");
    return Object.keys(localStorage).filter((key) => key.startsWith(start)).map((key) => key.slice(start.length));
  } catch {
    return [];
  }
}
