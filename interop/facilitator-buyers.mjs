// What buyers do at a shop that settles through facilitator_server, and what the sandbox's chain says of it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { OneShotClient } from "@uxly/1shot-client";
import express from "express";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { built } from "./cases.mjs";
import { PAGE, SELLER, UNITS, USDC } from "./facilitator-facts.mjs";
import { transfers } from "./oneshot.mjs";

const { BUYER_KEY, ONESHOT_API_KEY, ONESHOT_API_SECRET, ONESHOT_API_URL, ONESHOT_BUSINESS_ID } = process.env;
const BUYER = privateKeyToAccount(BUYER_KEY).address;
/** Milliseconds that one run of pay may take. */
const PATIENCE = 120_000;

/** Serves a page behind this middleware; `stop` ends it. */
export async function openShop(middleware) {
  const application = express();
  application.use(middleware);
  application.get("/premium", (_, response) => response.type("text").send(PAGE));
  const server = createServer(application).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}/premium`,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Gives a function that reads an account's USDC, by a contract method of its own. */
async function bank() {
  const client = new OneShotClient({ apiKey: ONESHOT_API_KEY, apiSecret: ONESHOT_API_SECRET, baseUrl: ONESHOT_API_URL });
  const { response: wallets } = await client.wallets.list(ONESHOT_BUSINESS_ID, { chainId: 84532 });
  const { id } = await client.contractMethods.create(ONESHOT_BUSINESS_ID, {
    chainId: 84532,
    contractAddress: USDC,
    walletId: wallets[0].id,
    name: "What somebody holds",
    description: "Reads a balance",
    functionName: "balanceOf",
    stateMutability: "view",
    inputs: [{ name: "account", type: "address", index: 0 }],
    outputs: [{ name: "balance", type: "uint", index: 0 }],
  });
  return async (account) => BigInt(await client.contractMethods.read(id, { account }));
}

/** A fetch that sends a request which pays so many times at once; its answer is the one that is served. */
const inCopies = (count, payment) => async (input, init) => {
  const request = new Request(input, init);
  if (!request.headers.has(payment)) return fetch(request);
  const answers = await Promise.all(Array.from({ length: count }, () => fetch(request.clone())));
  const served = answers.filter(({ status }) => status === 200);
  assert.equal(served.length, 1, "one of the copies is served");
  assert.ok(answers.every(({ status }) => [200, 402].includes(status)));
  return served[0];
};

/** Runs pay; without a key it pays with the sandbox's well-known one. */
async function pay(flags, key = "") {
  const env = { ...process.env, PRIVATE_KEY: key };
  const child = spawn(built("pay"), flags, { env, stdio: ["ignore", "pipe", "pipe"], timeout: PATIENCE });
  const [[status], stdout, stderr] = await Promise.all([once(child, "exit"), text(child.stdout), text(child.stderr)]);
  return { status, stdout, stderr };
}

/**
 * Buys the page at a shop in every way.
 *
 * @param url      where it is sold
 * @param payment  the header that payments come in
 * @param clients  published clients: each takes a `fetch` and gives the receipt and the content that it got by paying
 */
export async function buyAt(url, payment, clients = []) {
  const balanceOf = await bank();
  const books = async () => ({
    buyer: await balanceOf(BUYER),
    seller: await balanceOf(SELLER),
    transfers: (await transfers()).length,
  });

  /** Claims that this buys the page, and moves exactly the price, in the transaction of the receipt. */
  async function buys(purchase) {
    const before = await books();
    const { content, transaction } = await purchase();
    assert.equal(content, PAGE);
    assert.deepEqual(await transfers(transaction), [{ from: BUYER, to: SELLER, value: UNITS }]);
    const { buyer, seller, transfers: count } = before;
    assert.deepEqual(await books(), { buyer: buyer - UNITS, seller: seller + UNITS, transfers: count + 1 });
  }

  await buys(async () => {
    const { status, stdout, stderr } = await pay([url]);
    assert.equal(status, 0, stderr);
    return { content: stdout, transaction: /^transaction: (0x[0-9a-f]{64})$/m.exec(stderr)?.[1] };
  });

  const presented = [];
  const watching = async (input, init) => {
    const request = new Request(input, init);
    const header = request.headers.get(payment);
    if (header !== null) presented.push(header);
    return fetch(request);
  };
  for (const client of clients) {
    await buys(async () => {
      const { content, receipt } = await client(watching);
      assert.equal(receipt.success, true);
      assert.equal(receipt.payer.toLowerCase(), BUYER.toLowerCase());
      return { content, transaction: receipt.transaction };
    });
  }
  assert.equal(presented.length, clients.length, "each presents one payment");
  for (const client of clients) {
    await buys(async () => {
      const { content, receipt } = await client(inCopies(10, payment));
      return { content, transaction: receipt.transaction };
    });
  }

  const before = await books();
  for (const header of presented) {
    const again = await fetch(url, { headers: { [payment]: header } });
    assert.equal(again.status, 402, "a payment buys once");
    assert.notEqual(await again.text(), PAGE);
  }
  const poor = await pay([url], generatePrivateKey());
  assert.equal(poor.status, 1, poor.stderr);
  assert.match(poor.stderr, /insufficient_funds/);
  assert.deepEqual(await books(), before, "nothing moved");
}
