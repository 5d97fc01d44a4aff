// What was bought takes the page's place, whatever it is.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";
import { addWallets } from "./wallet.mjs";
import { holdReceipt, withServer } from "./setup.mjs";

const it = withServer("paywall_shop");

async function buy(tab, path) {
  await addWallets(tab, it.key, { injected: "injected" });
  await tab.goto(`${it.origin}${path}`);
  await tab.click("#pay");
}

test("a document opens as itself: at its address, under its own policy, with its scripts and handlers", () =>
  it.inTab(1, async (tab) => {
    await buy(tab, "/document?a=b#c");
    await tab.until("document.title === 'Sold'");
    assert.equal(await tab.evaluate("location.href"), `${it.origin}/document?a=b#c`);
    await tab.until("document.body.dataset.loaded === 'yes'");
    assert.equal(await tab.evaluate("document.body.dataset.script"), "ran");
    await tab.until("navigator.serviceWorker.getRegistrations().then((all) => all.length === 0)");
    await tab.goto(`${it.origin}/document?a=b`);
    assert.equal(await tab.text("h1"), "Payment required", "it was sold once");
  }));

test("where there are no service workers, a document is written into the page, and its scripts run", () =>
  it.inTab(1, async (tab) => {
    const source = "Object.defineProperty(Navigator.prototype, 'serviceWorker', { get: () => undefined })";
    await tab.send("Page.addScriptToEvaluateOnNewDocument", { source });
    await buy(tab, "/document");
    await tab.until("document.title === 'Sold' && document.body.dataset.script === 'ran'");
    assert.equal(await tab.evaluate("document.body.dataset.loaded"), undefined, "the page's policy stays in force");
    await tab.untilHeard(() => tab.violations.length > 0);
    const directives = tab.violations.splice(0).map((issue) => issue.violatedDirective);
    assert.deepEqual([...new Set(directives)], ["script-src-attr"]);
  }));

test("a document waits for whoever looks at the receipt", () =>
  it.inTab(1, async (tab) => {
    await holdReceipt(tab);
    await buy(tab, "/document");
    await tab.until("!!document.querySelector('#done button')");
    assert.equal(await tab.text("#status"), "The page opens in a moment.");
    await tab.evaluate("document.querySelector('#done a').focus()");
    assert.equal(await tab.text("#status"), "", "it waits");
    assert.match(await tab.text("#done"), /Paid by\s+0x/);
    await tab.click("#done button");
    await tab.until("document.title === 'Sold'");
  }));

test("JSON and text are shown as text", () =>
  it.inTab(2, async (tab) => {
    await buy(tab, "/json");
    await tab.untilText("#done pre", '{\n  "answer": [\n    42\n  ]\n}');
    await tab.goto(`${it.origin}/text`);
    await tab.click("#pay");
    await tab.untilText("#done pre", "<b>plain</b>");
  }));

test("a picture is shown, with a text for who does not see it", () =>
  it.inTab(1, async (tab) => {
    await buy(tab, "/image");
    await tab.until("document.querySelector('#done img')?.naturalWidth === 8");
    assert.equal(await tab.evaluate("document.querySelector('#done img').alt"), "A thing that is sold");
  }));

test("a download is saved under the name that the server gives it", () =>
  it.inTab(1, async (tab) => {
    const downloadPath = `${it.chromium.profile}/downloads`;
    const { browserContextId } = tab;
    await it.chromium.send("Browser.setDownloadBehavior", { behavior: "allow", browserContextId, downloadPath });
    await buy(tab, "/file");
    await tab.untilText("#done", "Save béricht.csv".normalize());
    await tab.until("document.querySelector('#done a[download]').href.startsWith('blob:')");
    await tab.untilHeard(() => tab.saved.length > 0);
    assert.deepEqual(tab.saved, ["béricht.csv"]);
    const [name] = await readdir(downloadPath);
    assert.equal(await readFile(`${downloadPath}/${name}`, "utf8"), "a,b\n1,2\n");
  }));

test("what was bought and lies elsewhere is gone to, and the payment does not go along", () =>
  it.inTab(1, async (tab) => {
    await buy(tab, "/moved");
    await tab.until("document.title === 'Elsewhere'");
    assert.equal(await tab.evaluate("location.href"), `${it.origin.replace("127.0.0.1", "localhost")}/free`);
    assert.equal(tab.payments.length, 1);
    tab.requests = tab.requests.filter((url) => !url.startsWith("http://localhost:"));
  }));

test("a stream is shown as it comes, with the receipt", () =>
  it.inTab(1, async (tab) => {
    await buy(tab, "/events");
    await tab.untilText("#done pre", "one half, ");
    assert.match(await tab.text("#done"), /Transaction\s+0x/);
    assert.equal(await tab.text("#status"), "What you paid for is arriving…");
    assert.equal((await fetch(`${it.origin}/rest`)).status, 200);
    await tab.untilText("#done pre", "one half, and the other");
    await tab.until("document.getElementById('status').textContent === ''");
  }));

test("while it arrives the page says so", () =>
  it.inTab(1, async (tab) => {
    await buy(tab, "/halves");
    await tab.untilText("#status", "What you paid for is arriving…");
    assert.equal((await fetch(`${it.origin}/rest`)).status, 200);
    await tab.untilText("#done pre", "one half, and the other");
  }));

test("where nothing comes but the receipt, nothing is saved", () =>
  it.inTab(1, async (tab) => {
    await buy(tab, "/done");
    await tab.untilText("#done", "0x");
    assert.equal(await tab.evaluate("document.title"), "Paid. Thank you.");
    assert.deepEqual(await tab.evaluate("[...document.querySelectorAll('#done a')].map((link) => link.download)"), [""]);
  }));
