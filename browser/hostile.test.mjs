// Words that mean ill are words.
import assert from "node:assert/strict";
import { test } from "node:test";
import { addWallets } from "./wallet.mjs";
import { withServer } from "./setup.mjs";

const it = withServer("paywall_shop");

const HOSTILE =
  "</script><script>window.pwned=1</script><!--<img src=x onerror=\"window.pwned=1\">'\"`{{nonce}}{{data}}\u2028&lt;b&gt;";

test("attack 11: a hostile description, resource, token, name, heading and wallet are inert, and shown as they are", () =>
  it.inTab(0, async (tab) => {
    const icon = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='window.pwned=1'/>";
    await addWallets(tab, it.key, { announced: [{ name: HOSTILE.slice(0, 60), icon }] });
    await tab.goto(`${it.origin}/hostile`);
    await tab.until("!document.getElementById('pay').hidden");
    await tab.click("#offers li:nth-child(1) input");
    assert.equal(await tab.evaluate("window.pwned"), undefined);
    for (const selector of ["h1", "header span", ".what"]) {
      assert.equal(await tab.evaluate(`document.querySelector("${selector}").textContent`), HOSTILE);
    }
    assert.equal(await tab.evaluate("document.documentElement.lang"), HOSTILE);
    assert.ok((await tab.evaluate("document.querySelector('.token dd').textContent")).startsWith(HOSTILE));
    assert.equal(JSON.parse(await tab.evaluate("document.getElementById('typed').textContent")).domain.name, HOSTILE);
    assert.equal(await tab.evaluate("document.scripts.length"), 2, "the page's data and its script");
    assert.equal(await tab.evaluate("document.querySelectorAll('main img').length"), 1, "the wallet's icon");
    // As narrow as WCAG 2.2 (1.4.10) has it, which is also a desktop's page at 400 %.
    await tab.send("Emulation.setDeviceMetricsOverride", { width: 320, height: 600, deviceScaleFactor: 1, mobile: true });
    assert.equal(await tab.evaluate("document.documentElement.scrollWidth"), 320, "nothing sticks out");
  }));

test("attack 11: an error of a wallet that means ill is text", () =>
  it.inTab(0, async (tab) => {
    const fails = () => {
      throw { code: -1, message: HOSTILE };
    };
    await addWallets(tab, it.key, { injected: "injected", behave: { eth_requestAccounts: fails } });
    await tab.goto(`${it.origin}/json`);
    await tab.click("#pay");
    await tab.untilText("#alert", "window.pwned=1");
    assert.equal(await tab.evaluate("window.pwned"), undefined);
    assert.equal(await tab.evaluate("document.querySelector('#alert').children.length"), 0);
  }));
