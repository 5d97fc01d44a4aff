// What was bought takes the page's place.

/** Seconds for which the receipt of a document stands before the document opens. */
const RECEIPT = 4;
/** Bytes beyond which text is saved, and not shown: a tab with more of it is of no use. */
const MOST_TEXT = 4 << 20;
/** Seconds after which a service worker that says nothing is not waited for. */
const PATIENCE = 10;

function typeOf(response) {
  return (response.headers.get("content-type") ?? "").split(";")[0].trim().toLowerCase();
}

/** Whether an answer may have no end: events, or a JSON document a line. */
function isStream(response) {
  return /^text\/event-stream$|[/+-](ndjson|jsonl|json-seq)$/.test(typeOf(response)) && filename(response) === null;
}

async function show({ response, body, receipt }, payment) {
  const type = typeOf(response);
  const file = filename(response);
  const done = byId("done");
  done.replaceChildren(receiptOf(receipt, payment));
  byId("ask").hidden = true;
  byId("alert").replaceChildren();
  const thanks = text(receipt ? "paid" : "settling");
  document.title = document.querySelector("h1").textContent = thanks;
  tell(thanks, false);
  byId("status").className = "unseen";
  done.setAttribute("aria-label", thanks);
  done.hidden = false;
  done.focus();
  if (!body) return stream(response, done);
  const elsewhere = response.headers.get("x402-location");
  const isDocument = file === null && /^(text\/html|application\/xhtml\+xml)$/.test(type);
  if (elsewhere || isDocument) {
    await time(done);
    if (elsewhere) location.assign(elsewhere);
    else if (!(await handOver(response, body))) writeHere(await body.text());
    return;
  }
  // Nothing was to be had but the receipt.
  if (file === null && body.size === 0) return;
  if (file === null && type.startsWith("image/")) {
    done.prepend(element("img", { src: URL.createObjectURL(body), alt: REQUIRED.resource.description ?? "" }));
  } else if (file === null && /^text\/|[/+](json|xml|javascript|yaml)$/.test(type) && body.size <= MOST_TEXT) {
    done.prepend(element("pre", { tabindex: "0" }, pretty(await body.text(), type)));
  } else {
    save(body, file ?? nameOf(HERE), done);
  }
}

/** Shows text as it comes, and no more of it than a tab can hold. */
async function stream(response, done) {
  const shown = element("pre", { tabindex: "0" });
  done.prepend(shown);
  tell(text("arriving"));
  try {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let size = 0, part; !(part = await reader.read()).done; ) {
      shown.append(part.value);
      for (size += part.value.length; size > MOST_TEXT && shown.childNodes.length > 1; shown.firstChild.remove()) {
        size -= shown.firstChild.length;
      }
    }
    tell("", false);
  } catch {
    throw new Problem("cut");
  }
}

/** The name of a download; `null` if it is to be shown. */
function filename(response) {
  const header = response.headers.get("content-disposition") ?? "";
  if (!/^\s*attachment/i.test(header)) return null;
  const encoded = /filename\*\s*=\s*utf-8''([^;]+)/i.exec(header)?.[1];
  const plain = /filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(header);
  let name = plain?.[1]?.replace(/\\(.)/g, "$1") ?? plain?.[2] ?? "";
  try {
    if (encoded) name = decodeURIComponent(encoded);
  } catch {
    // Not what it says it is; the plain name will do.
  }
  return tame(name) || nameOf(HERE);
}

/** A name out of a URL, for what has none of its own. */
function nameOf(url) {
  const last = new URL(url).pathname.split("/").pop();
  try {
    return tame(decodeURIComponent(last)) || "download";
  } catch {
    return tame(last);
  }
}

function tame(name) {
  return name.replace(/[/\\\p{Cc}]/gu, "_");
}

function save(body, file, done) {
  const anchor = element("a", { href: URL.createObjectURL(body), download: file }, text("save", { file }));
  done.prepend(element("p", {}, anchor));
  anchor.click();
}

function pretty(words, type) {
  // A number that is longer than a script can hold would change.
  if (!type.endsWith("json") || /\d{16}/.test(words)) return words;
  try {
    return JSON.stringify(JSON.parse(words), null, 2);
  } catch {
    return words;
  }
}

function receiptOf(receipt, payment) {
  const box = element("section", { "aria-label": text("receipt") }, element("h2", {}, text("receipt")));
  const shown = DATA.offers[payment.offer] ?? DATA.offers[0];
  const rows = [["price", shown.price], ["network", shown.network]];
  if (receipt?.payer) rows.push(["payer", receipt.payer]);
  if (receipt?.transaction) rows.push(["transaction", receipt.transaction]);
  const list = element("dl");
  for (const [name, value] of rows) {
    list.append(element("div", { class: name }, element("dt", {}, text(name)), element("dd", {}, String(value))));
  }
  box.append(list);
  // A sandbox's chain is in no explorer.
  if (shown.chain && !DATA.test_key && /^0x[0-9a-f]{64}$/i.test(receipt?.transaction ?? "")) {
    const url = `${shown.chain.explorer}/tx/${receipt.transaction}`;
    box.append(element("p", {}, link(url, text("explorer", { network: shown.network }))));
  }
  return box;
}

/** Gives time to see the receipt before another page comes: who looks at it closer opens that when they like. */
async function time(done) {
  const button = element("button", { type: "button" }, text("open"));
  done.append(button);
  tell(text("opening"), false);
  await new Promise((opens) => {
    const timer = setTimeout(opens, RECEIPT * 1000);
    button.addEventListener("click", opens, { once: true });
    done.addEventListener("focusin", (event) => {
      if (event.target === done) return;
      clearTimeout(timer);
      tell("", false);
    });
  });
  button.disabled = true;
}

/**
 * Has a service worker answer this page's reload with the document. Only what comes as an answer has a policy, a base
 * and a history of its own; a document that a script writes, also to a blob:, inherits the page's.
 */
async function handOver(response, body) {
  try {
    const scope = HERE;
    const existing = await navigator.serviceWorker.getRegistration(HERE);
    // The site has one for this very page: it is not ours to replace. (One of ours may be left over.)
    if (existing?.scope === scope && existing.active?.scriptURL !== HERE) return false;
    const registration = await navigator.serviceWorker.register(HERE, { scope, updateViaCache: "none" });
    const worker = registration.installing ?? registration.waiting ?? registration.active;
    await inTime((active, failed) => {
      const look = () => {
        if (worker.state === "activated") active();
        if (worker.state === "redundant") failed();
      };
      worker.addEventListener("statechange", look);
      look();
    });
    const bytes = await body.arrayBuffer();
    const { port1, port2 } = new MessageChannel();
    const taken = inTime((done) => (port1.onmessage = done));
    const { status, headers } = response;
    worker.postMessage({ url: HERE, status, headers: [...headers], bytes }, [port2]);
    await taken;
    location.reload();
    return true;
  } catch {
    return false;
  }
}

/** A promise that is broken after a while. */
function inTime(executor) {
  const late = pause(PATIENCE).then(() => Promise.reject(new Error("late")));
  return Promise.race([new Promise(executor), late]);
}

/** Without service workers: the document is written here, and its scripts and styles are let through. */
function writeHere(html) {
  const nonce = document.querySelector("script[nonce]").nonce;
  const written = new DOMParser().parseFromString(html, "text/html");
  for (const part of written.querySelectorAll("script, style, link[rel~=stylesheet]")) part.setAttribute("nonce", nonce);
  document.open();
  document.write("<!doctype html>" + written.documentElement.outerHTML);
  document.close();
}
