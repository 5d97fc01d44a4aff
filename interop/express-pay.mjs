// What pay does at a shop of the published middlewares, and what the chain says of it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { keccak256, toBytes } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { startAnvil } from "./anvil.mjs";
import { serveFacilitator } from "./express-facilitator.mjs";
import { SELLER, UNITS, serveShop } from "./express-shop.mjs";

/** The sandbox's well-known buyer: what pay pays with on this machine, unless it is told otherwise. */
const BUYER = privateKeyToAccount(keccak256(toBytes("x402 sandbox buyer"))).address;
/** What the buyer begins with, in atomic units. */
const FUNDS = 1_000_000n;
/** Milliseconds that one run of pay may take. */
const PATIENCE = 120_000;

const target = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL("../target", import.meta.url));
const program = process.env.PAY ?? `${target}/debug/pay`;

/** Runs pay, without a key unless one is given; `said` is what a line of its standard error says of something. */
async function pay(flags, { PRIVATE_KEY } = {}) {
  const env = { ...process.env, PRIVATE_KEY: PRIVATE_KEY ?? "" };
  const child = spawn(program, flags, { env, stdio: ["ignore", "pipe", "pipe"], timeout: PATIENCE });
  const [[status], stdout, stderr] = await Promise.all([once(child, "exit"), text(child.stdout), text(child.stderr)]);
  return { status, stdout, stderr, said: (what) => new RegExp(`^${what}: (.*)$`, "m").exec(stderr)?.[1] };
}

/**
 * Has a chain, a facilitator and a shop, and buys everything in every way.
 *
 * @param version.protocol  the only version that the shop speaks, as pay spells it
 * @param version.other     the one that it does not speak
 * @param version.refusal   what its facilitator says of a payer without money
 * @param facilitator  the facilitator under test: takes the wallet that it settles with
 * @param middleware   the middleware under test: takes the URL of its facilitator
 */
export async function buyFrom(version, facilitator, middleware) {
  const chain = await startAnvil();
  const stops = [chain.stop];
  try {
    await chain.mint(BUYER, FUNDS);
    const till = await serveFacilitator(facilitator(await chain.wallet()));
    stops.unshift(till.stop);
    const shop = await serveShop(middleware(till.url));
    stops.unshift(shop.stop);
    await everyWay(version, { chain, till, shop });
  } finally {
    for (const stop of stops) await stop();
  }
}

async function everyWay({ protocol, other, refusal }, { chain, till, shop }) {
  const premium = `${shop.url}/premium`;
  const balances = async () => ({ buyer: await chain.balanceOf(BUYER), seller: await chain.balanceOf(SELLER) });

  /** Runs pay and claims that it pays exactly once, and that its receipt is of the one transaction that moved money. */
  async function pays(flags, receiptOf) {
    const [before, height, presented] = [await balances(), await chain.height(), shop.presented.length];
    const run = await pay(flags);
    assert.equal(run.status, 0, run.stderr);
    const hash = receiptOf(run);
    assert.deepEqual(await chain.transfers(hash), [{ from: BUYER, to: SELLER, value: UNITS }]);
    assert.deepEqual(await balances(), { buyer: before.buyer - UNITS, seller: before.seller + UNITS });
    assert.equal(await chain.height(), height + 1n, "nothing else happened on the chain");
    const payments = new Set(shop.presented.slice(presented));
    assert.equal(payments.size, 1, "one payment is signed");
    return { ...run, hash, presentations: shop.presented.length - presented };
  }

  /** Runs pay and claims that nothing is presented, settled or moved. */
  async function keeps(flags, status, environment) {
    const [before, height, presented] = [await balances(), await chain.height(), shop.presented.length];
    const run = await pay(flags, environment);
    assert.equal(run.status, status, run.stderr);
    assert.deepEqual(await balances(), before);
    assert.equal(await chain.height(), height);
    return { ...run, presentations: shop.presented.length - presented };
  }

  const printed = (run) => {
    assert.equal(run.said("paid"), "0.05 USDC on eip155:84532");
    assert.equal(run.said("to"), SELLER);
    assert.equal(run.said("payer"), BUYER);
    return run.said("transaction");
  };
  const inJson = (run) => {
    const { outcome, status, paid, transaction } = JSON.parse(run.stdout);
    assert.deepEqual([outcome, status, paid.amount, paid.payTo], ["served", 200, `${UNITS}`, SELLER]);
    return transaction;
  };

  const quote = await keeps(["--dry-run", premium], 0);
  assert.match(quote.said("price"), new RegExp(`^0\\.05 USDC on eip155:84532 \\(${protocol}\\)$`));
  assert.deepEqual([quote.presentations, quote.stdout], [0, ""]);

  const dear = await keeps(["--max-amount", "$0.049", premium], 1);
  assert.match(dear.stderr, /--max-amount allows more/);
  assert.equal(dear.presentations, 0, "a payment above the limit is not signed");

  const foreign = await keeps(["--protocol", other, premium], 1);
  assert.equal(foreign.presentations, 0, "an offer of another version is not taken");

  const free = await keeps([`${shop.url}/free`], 0);
  assert.deepEqual([free.presentations, free.stdout], [0, "free\n"]);

  const hashes = new Set();
  for (const flags of [[], ["--protocol", protocol], []]) {
    const { stdout, hash } = await pays([...flags, premium], printed);
    assert.equal(stdout, "premium\n");
    hashes.add(hash);
  }
  const asked = await pays(["--json", `${premium}?page=1&of=2`], inJson);
  assert.equal(JSON.parse(asked.stdout).body, "premium\n");
  const posted = await pays(["-d", "the same twice", premium], printed);
  assert.equal(posted.stdout, "premium: the same twice\n");
  hashes.add(asked.hash).add(posted.hash);
  assert.equal(hashes.size, 5, "each run pays anew");

  const patient = await pays([`${shop.url}/flaky`], printed);
  assert.equal(patient.stdout, "at last\n");
  assert.equal(patient.presentations, 2, "after a failure the same payment is presented again");

  const poor = await keeps([premium], 1, { PRIVATE_KEY: generatePrivateKey() });
  assert.equal(poor.stderr, `pay: not served: 402 Payment Required: ${refusal}\n`);
  assert.equal(poor.presentations, 1);

  assert.equal(till.settled.length, 6, "the facilitator settles what was bought, and nothing twice");

  // Both middlewares answer 402 then, and the money has moved.
  const before = await balances();
  till.isForgetful = true;
  const lost = await pay([premium]);
  till.isForgetful = false;
  assert.equal(lost.status, 3, lost.stderr);
  const payment = /^((?:payment-signature|x-payment): \S+)$/m.exec(lost.stderr)[1];
  assert.ok(payment.endsWith(shop.presented.at(-1)), "the payment is printed");
  assert.deepEqual(await balances(), { buyer: before.buyer - UNITS, seller: before.seller + UNITS });
  // They refuse it then, for a nonce that it has used itself: that is no word on what became of it.
  await keeps(["-H", payment, premium], 3);
}
