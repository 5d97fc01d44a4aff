// Finding a wallet, asking it, and what it may answer.
import assert from "node:assert/strict";
import { test } from "node:test";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { addWallets } from "./wallet.mjs";
import { SELLER, withServer } from "./setup.mjs";

const it = withServer("paywall_shop");
const ICON = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E";

test("an injected wallet pays with exactly what the page shows, and sees the content", () =>
  it.inTab(1, async (tab) => {
    const wallet = await addWallets(tab, it.key, { injected: "injected" });
    await tab.goto(`${it.origin}/json`);
    for (const part of ["0.05 USDC", "Base Sepolia", SELLER, `${it.origin}/json`, "A thing that is sold"]) {
      assert.ok((await tab.text("#ask")).includes(part), part);
    }
    const promised = JSON.parse(await tab.evaluate("document.getElementById('typed').textContent"));
    await tab.click("#pay");
    await tab.untilText("#done", '"answer"');
    assert.deepEqual(wallet.methods(), ["eth_requestAccounts", "eth_chainId", "eth_call", "eth_signTypedData_v4"]);
    const signed = JSON.parse(wallet.calls.at(-1).params[1]);
    assert.deepEqual(signed.domain, promised.domain);
    assert.equal(signed.primaryType, promised.primaryType);
    const { from, validBefore, nonce, ...fixed } = signed.message;
    assert.equal(from, wallet.address);
    assert.deepEqual(fixed, { to: SELLER, value: "50000", validAfter: "0" });
    assert.deepEqual({ ...promised.message, ...signed.message }, signed.message);
    assert.ok(signed.types.EIP712Domain, "wallets want it");
    const payment = JSON.parse(Buffer.from(tab.payments[0], "base64"));
    assert.equal(payment.x402Version, 2);
    assert.match(payment.extensions["payment-identifier"].info.id, /^pay_[0-9a-f]{32}$/);
    assert.match(await tab.text("#status"), /Paid/);
    const link = await tab.evaluate("document.querySelector('#done a').href");
    assert.match(link, /^https:\/\/sepolia\.basescan\.org\/tx\/0x[0-9a-f]{64}$/);
  }));

test("announced wallets are listed with name and icon, only data: icons are shown, and the chosen one is asked", () =>
  it.inTab(1, async (tab) => {
    const announced = [{ name: "First", icon: ICON }, { name: "<b>Second", icon: "https://evil.example/icon.png" }];
    const wallet = await addWallets(tab, it.key, { injected: "injected", announced });
    await tab.goto(`${it.origin}/json`);
    await tab.untilText("#wallets", "<b>Second");
    assert.equal(await tab.evaluate("document.querySelectorAll('#wallets li').length"), 2, "the injected one is one of them");
    assert.deepEqual(await tab.evaluate("[...document.querySelectorAll('#wallets img')].map((img) => img.src)"), [ICON]);
    await tab.click("#wallets li:nth-child(2) input");
    await tab.click("#pay");
    await tab.untilText("#done", '"answer"');
    assert.ok(wallet.calls.every(({ name }) => name === "<b>Second"));
  }));

test("a wallet that is not unlocked at first can be asked again", () =>
  it.inTab(1, async (tab) => {
    const addresses = [[], [privateKeyToAccount(it.key).address]];
    const wallet = await addWallets(tab, it.key, {
      injected: "injected",
      behave: { eth_requestAccounts: () => addresses.shift() },
    });
    await tab.goto(`${it.origin}/json`);
    await tab.click("#pay");
    await tab.untilText("#alert", "gave no account");
    assert.equal(await tab.evaluate("document.activeElement.id"), "alert", "so that it is read out");
    await tab.click("#pay");
    await tab.untilText("#done", '"answer"');
    assert.equal(wallet.methods().filter((method) => method === "eth_signTypedData_v4").length, 1);
  }));

test("a declined signature is told, and nothing is sent", () =>
  it.inTab(0, async (tab) => {
    const declined = () => {
      throw { code: 4001, message: "User rejected the request." };
    };
    await addWallets(tab, it.key, { injected: "injected", behave: { eth_signTypedData_v4: declined } });
    await tab.goto(`${it.origin}/json`);
    await tab.click("#pay");
    await tab.untilText("#alert", "You declined in the wallet. Nothing was paid.");
    assert.equal(tab.payments.length, 0);
    assert.equal(await tab.evaluate("document.getElementById('pay').disabled"), false);
  }));

test("a wallet on another chain is switched, and a chain that it does not know is added", () =>
  it.inTab(1, async (tab) => {
    let knows = false;
    let chain = "0x1";
    const wallet = await addWallets(tab, it.key, {
      injected: "injected",
      behave: {
        eth_chainId: () => chain,
        wallet_switchEthereumChain: ([{ chainId }]) => {
          if (!knows) throw { code: 4902, message: "Unrecognized chain ID" };
          chain = chainId;
          return null;
        },
        wallet_addEthereumChain: () => {
          knows = true;
          return null;
        },
      },
    });
    await tab.goto(`${it.origin}/json`);
    await tab.click("#pay");
    await tab.untilText("#done", '"answer"');
    const switching = wallet.calls.filter(({ method }) => method.startsWith("wallet_"));
    assert.deepEqual(switching.map(({ method }) => method), [
      "wallet_switchEthereumChain",
      "wallet_addEthereumChain",
      "wallet_switchEthereumChain",
    ]);
    assert.deepEqual(switching[1].params, [{
      chainId: "0x14a34",
      chainName: "Base Sepolia",
      nativeCurrency: { name: "ETH", symbol: "ETH", decimals: 18 },
      rpcUrls: ["https://sepolia.base.org"],
      blockExplorerUrls: ["https://sepolia.basescan.org"],
    }]);
  }));

test("a wallet that stays on another chain is told so, and not asked to sign", () =>
  it.inTab(0, async (tab) => {
    const stays = { eth_chainId: () => "0x1", wallet_switchEthereumChain: () => null };
    const wallet = await addWallets(tab, it.key, { injected: "injected", behave: stays });
    await tab.goto(`${it.origin}/json`);
    await tab.click("#pay");
    await tab.untilText("#alert", "on another network. Switch it to Base Sepolia");
    assert.ok(!wallet.methods().includes("eth_signTypedData_v4"));
  }));

test("an account with too little is told before it signs, with the faucet", () =>
  it.inTab(0, async (tab) => {
    const poor = { eth_call: () => "0x" + (49_999).toString(16) };
    const wallet = await addWallets(tab, it.key, { injected: "injected", behave: poor });
    await tab.goto(`${it.origin}/json`);
    await tab.click("#pay");
    await tab.untilText("#alert", "Not enough USDC: the account holds 0.049999, the price is 0.05 USDC.");
    assert.equal(await tab.evaluate("document.querySelector('#alert a').href"), "https://faucet.circle.com/");
    assert.ok(!wallet.methods().includes("eth_signTypedData_v4"));
  }));

test("where the wallet cannot tell the balance, the settlement does, and the account was not charged", () =>
  it.inTab(0, async (tab) => {
    const cannot = () => {
      throw { code: 4200, message: "no" };
    };
    await addWallets(tab, generatePrivateKey(), { injected: "injected", behave: { eth_call: cannot } });
    await tab.goto(`${it.origin}/json`);
    await tab.click("#pay");
    await tab.untilText("#alert", "You were not charged.");
    assert.equal(tab.payments.length, 1);
    assert.equal(await tab.evaluate("sessionStorage.length"), 0);
  }));

test("without a wallet the page says what to do", () =>
  it.inTab(0, async (tab) => {
    await tab.goto(`${it.origin}/json`);
    await tab.untilText("#status", "No wallet was found in this browser.");
    assert.equal(await tab.evaluate("document.getElementById('pay').hidden"), true);
  }));

test("the keyboard is enough, and everything that can be used has a name", () =>
  it.inTab(1, async (tab) => {
    await addWallets(tab, it.key, { announced: [{ name: "First", icon: ICON }, { name: "Second", icon: ICON }] });
    await tab.goto(`${it.origin}/json`);
    await tab.untilText("#wallets", "Second");
    const { nodes } = await tab.send("Accessibility.getFullAXTree");
    const usable = nodes.filter(({ role }) => ["button", "radio", "radiogroup", "link"].includes(role?.value));
    assert.deepEqual(usable.filter(({ name }) => !name?.value), []);
    assert.ok(usable.some(({ role, name }) => role.value === "button" && name.value === "Pay 0.05 USDC"));
    assert.ok(nodes.some(({ role }) => role?.value === "status"));
    for (let presses = 0; (await tab.evaluate("document.activeElement.id")) !== "pay"; presses++) {
      assert.ok(presses < 10, "the button can be reached");
      await tab.press("Tab");
    }
    await tab.press("Enter");
    await tab.untilText("#done", '"answer"');
    assert.equal(await tab.evaluate("document.activeElement.id"), "done");
  }));

test("a wallet that comes late leaves the focus where it is, and the focus is seen also on the only choice", () =>
  it.inTab(0, async (tab) => {
    await addWallets(tab, it.key, { announced: [{ name: "First", icon: ICON }] });
    await tab.goto(`${it.origin}/json`);
    await tab.untilText("#wallets", "First");
    for (let presses = 0; (await tab.evaluate("document.activeElement.name")) !== "wallet"; presses++) {
      assert.ok(presses < 10, "the choice can be reached");
      await tab.press("Tab");
    }
    const outline = "getComputedStyle(document.activeElement.closest('label')).outlineStyle";
    assert.equal(await tab.evaluate(outline), "solid");
    await tab.evaluate(`window.dispatchEvent(new CustomEvent("eip6963:announceProvider", {
      detail: { info: { uuid: "late", name: "Late \u202e0x1" }, provider: { request() {} } },
    }))`);
    await tab.untilText("#wallets", "Late 0x1");
    assert.equal(await tab.evaluate("document.activeElement.closest('li').innerText"), "First");
  }));

test("without script the page says what is asked, and what to do", () =>
  it.inTab(0, async (tab) => {
    await tab.send("Emulation.setScriptExecutionDisabled", { value: true });
    await tab.goto(`${it.origin}/json`);
    const { nodes } = await tab.send("Accessibility.getFullAXTree");
    const words = nodes.map(({ name }) => name?.value ?? "").join("\n");
    for (const part of ["To pay on this page, allow its script.", "A thing that is sold", "0.05 USDC", SELLER]) {
      assert.ok(words.includes(part), part);
    }
    assert.deepEqual(nodes.filter(({ role }) => role?.value === "button"), []);
  }));
