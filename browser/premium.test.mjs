// The example server's page, as its sandbox shows it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { addWallets } from "./wallet.mjs";
import { holdReceipt, withServer } from "./setup.mjs";

const it = withServer("premium_server");

test("one click on the sandbox's test wallet pays, and the premium page takes the paywall's place", () =>
  it.inTab(1, async (tab) => {
    await holdReceipt(tab);
    await tab.goto(`${it.origin}/premium`);
    assert.match(await tab.text(".sandbox"), /test money/);
    assert.equal(await tab.text("#wallets"), "Test wallet");
    assert.equal(await tab.text("#pay"), "Pay 0.05 USDC");
    await tab.click("#pay");
    await tab.untilText("#done", "0x");
    assert.match(await tab.text("#done"), /Transaction\s+0x[0-9a-f]{64}/);
    await tab.click("#done button");
    await tab.until("document.title === 'Premium content'");
    await tab.untilText("body", "Paid for by 0x");
    assert.equal(await tab.evaluate("location.href"), `${it.origin}/premium`);
    await tab.until("navigator.serviceWorker.getRegistrations().then((all) => all.length === 0)");
  }));

test("a wallet of the browser is there beside the test wallet, and can be chosen", () =>
  it.inTab(1, async (tab) => {
    const wallet = await addWallets(tab, it.key, { injected: "injected" });
    await tab.goto(`${it.origin}/premium`);
    await tab.untilText("#wallets", "Browser wallet");
    await tab.click("#wallets li:nth-child(2) input");
    await tab.click("#pay");
    await tab.until("document.title === 'Premium content'");
    assert.ok(wallet.methods().includes("eth_signTypedData_v4"));
  }));
