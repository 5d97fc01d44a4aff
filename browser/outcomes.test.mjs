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

function assertOnePayment(tab, wallet) {
  assert.equal(new Set(tab.payments).size, 1, "the same payment each time");
  assert.equal(wallet.methods().filter((method) => method === "eth_signTypedData_v4").length, 1);
}

test("a settlement that is pending is asked for again with the same payment: one transfer", () =>
  it.inTab(1, async (tab) => {
    // The server settles, and the browser is told that it does not know yet.
    const answers = [answer(503, PENDING), answer(409, { "retry-after": "1" })];
    await tab.interceptPayments((status) => (status ? answers.shift() : undefined));
    const wallet = await pay(tab, "/json");
    await tab.untilText("#status", "being settled");
    await tab.untilText("#done", '"answer"');
    assert.equal(tab.payments.length, 3);
    assertOnePayment(tab, wallet);
  }));

test("a server that cannot be reached is asked again with the same payment, at once when told to", () =>
  it.inTab(1, async (tab) => {
    const failures = ["fail", "fail"];
    await tab.interceptPayments((status) => (status ? undefined : failures.shift()));
    const wallet = await pay(tab, "/json");
    await tab.untilText("#status", "The server cannot be reached.");
    await tab.until("!document.getElementById('again').hidden");
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
    await tab.untilText("#alert", "The server answered 500 instead of what you paid for. You were not charged.");
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
