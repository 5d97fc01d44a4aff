// A payment that is sent, and everything that may become of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { addWallets } from "./wallet.mjs";
import { withServer } from "./setup.mjs";

const it = withServer("paywall_shop");

/** An answer in place of the server's. */
function answer(responseCode, headers = {}) {
  return { responseCode, responseHeaders: Object.entries(headers).map(([name, value]) => ({ name, value })), body: "" };
}

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64");
const PENDING = { "retry-after": "1", "payment-response": encoded({ success: false, errorReason: "settlement_pending" }) };

/** Opens the page with a wallet, and pays. */
async function pay(tab, path) {
  const wallet = await addWallets(tab, it.key, { injected: "injected" });
  await tab.goto(`${it.origin}${path}`);
  await tab.click("#pay");
  return wallet;
}

/** Lets a case set the page's clock, by so many seconds: `ahead` at first, and `tab.evaluate("ahead = …")` later. */
async function addClock(tab, ahead = 0) {
  const source = `{ const real = Date.now; window.ahead = ${ahead}; Date.now = () => real() + window.ahead * 1000; }`;
  await tab.send("Page.addScriptToEvaluateOnNewDocument", { source });
}

function assertOnePayment(tab, wallet) {
  assert.equal(new Set(tab.payments).size, 1, "the same payment each time");
  assert.equal(wallet.methods().filter((method) => method === "eth_signTypedData_v4").length, 1);
}

test("a settlement that is pending is asked for again with the same payment: one transfer", () =>
  it.inTab(1, async (tab) => {
    // The server settles, and the browser is told that it does not know yet.
    let isSeen = false;
    const answers = [answer(409, { "retry-after": "1" }), answer(402, PENDING)];
    await tab.interceptPayments((status) => (!status ? undefined : isSeen ? answers.shift() : answer(503, PENDING)));
    const wallet = await pay(tab, "/json");
    await tab.untilText("#status", "being settled");
    isSeen = true;
    await tab.untilText("#done", '"answer"');
    assert.deepEqual(answers, []);
    assertOnePayment(tab, wallet);
  }));

test("a server that cannot be reached is asked again with the same payment, at once when told to", () =>
  it.inTab(1, async (tab) => {
    let isAway = true;
    await tab.interceptPayments((status) => (!status && isAway ? "fail" : undefined));
    const wallet = await pay(tab, "/json");
    await tab.untilText("#status", "The server cannot be reached.");
    await tab.until("!document.getElementById('again').hidden");
    isAway = false;
    await tab.click("#again");
    await tab.untilText("#done", '"answer"');
    assertOnePayment(tab, wallet);
  }));

test("a page that is loaded again asks with the payment that was signed, and has no second one signed", () =>
  it.inTab(1, async (tab) => {
    let fails = true;
    await tab.interceptPayments((status) => (status && fails ? answer(503, PENDING) : undefined));
    const wallet = await pay(tab, "/json");
    await tab.untilText("#status", "being settled");
    fails = false;
    await tab.goto(`${it.origin}/json`);
    await tab.untilText("#done", '"answer"');
    assertOnePayment(tab, wallet);
    assert.equal(await tab.evaluate("sessionStorage.length"), 0);
  }));

test("a settlement that is refused is told with its reason, and the payment is forgotten", () =>
  it.inTab(0, async (tab) => {
    const refused = { success: false, errorReason: "invalid_transaction_state", transaction: "", network: "eip155:84532" };
    await tab.interceptPayments((status) => (status ? undefined : answer(402, { "payment-response": encoded(refused) })));
    await pay(tab, "/json");
    await tab.untilText("#alert", "The payment was refused (invalid_transaction_state). You were not charged.");
    assert.equal(await tab.evaluate("sessionStorage.length"), 0);
  }));

test("a service that fails charges nobody, and the page says so", () =>
  it.inTab(0, async (tab) => {
    await pay(tab, "/broken");
    await tab.untilText("#alert", "The server answered 500 instead of what you paid for, and should not have charged you.");
  }));

test("a server error is no proof that nothing was charged: whoever pays again sends the same payment", () =>
  it.inTab(1, async (tab) => {
    // Settled, and the answer lost by something between.
    const answers = [answer(500)];
    await tab.interceptPayments((status) => (status ? answers.shift() : undefined));
    const wallet = await pay(tab, "/json");
    await tab.untilText("#alert", "To ask again sends the same payment, which can be charged only once.");
    await tab.goto(`${it.origin}/json`);
    assert.equal(tab.payments.length, 1, "not by itself");
    await tab.click("#pay");
    await tab.untilText("#done", '"answer"');
    assert.equal(tab.payments.length, 2);
    assertOnePayment(tab, wallet);
  }));

test("what was paid for and not served is asked for with the same payment", () =>
  it.inTab(1, async (tab) => {
    const paid = answer(500, { "payment-response": encoded({ success: true, transaction: "0x", network: "eip155:84532" }) });
    const answers = [paid];
    await tab.interceptPayments((status) => (status ? answers.shift() : undefined));
    const wallet = await pay(tab, "/json");
    await tab.untilText("#alert", "You have paid, but the server answered 500.");
    await tab.click("#again");
    await tab.untilText("#done", '"answer"');
    assertOnePayment(tab, wallet);
  }));

test("a payment that was used is not made a second time", () =>
  it.inTab(0, async (tab) => {
    const error = encoded({ x402Version: 2, error: "invalid_exact_evm_nonce_already_used", accepts: [] });
    await tab.interceptPayments((status) => (status ? undefined : answer(402, { "payment-required": error })));
    await pay(tab, "/json");
    await tab.untilText("#alert", "This payment was already used");
  }));

const EXPIRED = "The payment expired before it was known what became of it. It may have been charged";
const signatures = (wallet) => wallet.methods().filter((method) => method === "eth_signTypedData_v4").length;

test("a payment that expired while it was pending may have been charged: it is asked for before another is signed", () =>
  it.inTab(1, async (tab) => {
    await addClock(tab);
    // It settled, and the browser is told that nobody knows.
    let isPending = true;
    await tab.interceptPayments((status) => (status && isPending ? answer(503, PENDING) : undefined));
    const wallet = await pay(tab, "/json");
    await tab.untilText("#status", "being settled");
    await tab.evaluate("ahead = 100_000");
    await tab.untilText("#alert", EXPIRED);
    assert.equal(await tab.evaluate("sessionStorage.length"), 1, "not forgotten");
    const sent = tab.payments.length;
    await tab.click("#pay");
    await tab.untilHeard(() => tab.payments.length > sent);
    await tab.untilText("#alert", EXPIRED);
    isPending = false;
    await tab.click("#pay");
    await tab.untilText("#done", '"answer"');
    assertOnePayment(tab, wallet);
  }));

test("a payment that expired before it could be sent again is replaced only when it can settle no more", () =>
  it.inTab(1, async (tab) => {
    // To the server, what this page signs expired long ago; to the page it has just been signed.
    await addClock(tab, -100_000);
    const failures = ["fail"];
    await tab.interceptPayments((status) => (status ? undefined : failures.shift()));
    const wallet = await pay(tab, "/json");
    await tab.untilText("#alert", EXPIRED);
    await tab.click("#pay");
    await tab.untilHeard(() => tab.payments.length === 3);
    await tab.untilText("#alert", EXPIRED);
    assertOnePayment(tab, wallet);
    // By the page's clock, too.
    await tab.evaluate("ahead = 0");
    await tab.click("#again");
    await tab.until("sessionStorage.length === 0");
    await tab.untilText("#alert", EXPIRED);
    assert.equal(signatures(wallet), 1);
    await tab.click("#pay");
    await tab.untilText("#done", '"answer"');
    assert.equal(signatures(wallet), 2);
  }));

test("a payment of an earlier visit that has expired is asked for once, and told", () =>
  it.inTab(0, async (tab) => {
    await addClock(tab, -100_000);
    await tab.interceptPayments((status) => (status ? undefined : "fail"));
    const wallet = await pay(tab, "/json");
    await tab.untilText("#status", "The server cannot be reached.");
    await tab.send("Fetch.disable");
    await addClock(tab, 0);
    await tab.goto(`${it.origin}/json`);
    await tab.untilText("#alert", EXPIRED);
    assertOnePayment(tab, wallet);
    assert.equal(await tab.evaluate("sessionStorage.length"), 0);
  }));

test("a signature that comes too late is not sent, and a device's clock that is wrong is suspected", () =>
  it.inTab(0, async (tab) => {
    await addClock(tab, -100_000);
    await pay(tab, "/json");
    await tab.untilText("#alert", "You were not charged. Is this device's clock right?");
    assert.deepEqual([tab.payments.length, await tab.evaluate("sessionStorage.length")], [1, 0]);
    const slow = async () => {
      await tab.evaluate("ahead = 100_000");
      return "0x" + "11".repeat(65);
    };
    await addWallets(tab, it.key, { injected: "injected", behave: { eth_signTypedData_v4: slow } });
    await tab.click("#pay");
    await tab.untilText("#alert", "Nothing was sent, and nothing was paid.");
    assert.deepEqual([tab.payments.length, await tab.evaluate("sessionStorage.length")], [1, 0]);
  }));

test("a refusal after an attempt without an answer does not say that nothing was charged", () =>
  it.inTab(1, async (tab) => {
    const error = encoded({ x402Version: 2, error: "invalid_exact_evm_payload_authorization_value_mismatch", accepts: [] });
    const answers = [answer(502), answer(402, { "payment-required": error })];
    await tab.interceptPayments((status) => (status ? answers.shift() : undefined));
    const wallet = await pay(tab, "/json");
    await tab.untilText("#alert", "but may have charged it before: look in the wallet.");
    await tab.click("#pay");
    await tab.untilText("#done", '"answer"');
    assertOnePayment(tab, wallet);
  }));

test("a redirect by somebody in front of the shop is not taken for what was bought", () =>
  it.inTab(1, async (tab) => {
    const answers = [answer(302, { location: "/free" })];
    await tab.interceptPayments((status) => (status ? undefined : answers.shift()));
    const wallet = await pay(tab, "/json");
    await tab.untilText("#alert", "The server answered 3xx instead of what you paid for");
    await tab.click("#again");
    await tab.untilText("#done", '"answer"');
    assertOnePayment(tab, wallet);
  }));
