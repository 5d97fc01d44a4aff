// What the page was told, and how it speaks. Text is only ever set as text.

const byId = (id) => document.getElementById(id);
const DATA = JSON.parse(byId("data").textContent);
const TEXTS = Object.fromEntries(DATA.texts);
const REQUIRED = fromBase64(DATA.required);
/** Where this page is, and what is sold: the same request is sent again, with the payment. */
const HERE = location.href.split("#")[0];

function fromBase64(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

function toBase64(value) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value))));
}

/** A text with its values. */
function text(key, values = {}) {
  return TEXTS[key].replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
}

/** An element with children, of which strings become text. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** A link that opens beside this page. */
function link(href, words) {
  return element("a", { href, target: "_blank", rel: "noopener noreferrer" }, words);
}

/** Says what goes on. Screen readers read it when they are free. */
function tell(words, busy = true) {
  byId("status").textContent = words;
  byId("status").className = busy ? "busy" : "";
}

/** Says what went wrong, at once. */
function complain(problem) {
  tell("", false);
  byId("alert").replaceChildren(problem.message);
  if (problem.link) byId("alert").append(" ", problem.link);
  byId("alert").focus();
}

/** Something that a person should read. */
class Problem extends Error {
  constructor(key, values, more = {}) {
    super(text(key, values));
    Object.assign(this, more);
  }
}

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
const now = () => Math.floor(Date.now() / 1000);
