// What every case claims: the page is served once, for a receipt, and exactly the price moved.
import assert from "node:assert/strict";
import { privateKeyToAccount } from "viem/accounts";
import { PRICE, RECIPIENT, key, url } from "./facts.mjs";
import { transfers } from "./oneshot.mjs";

/**
 * Buys the page and checks everything about it.
 *
 * @param version.payment  the header that this version pays with
 * @param version.receipt  the header that this version's receipt comes in
 * @param version.network  how this version spells Base Sepolia
 * @param buy     the client under test: takes a `fetch`, gives the response that it got by paying
 * @param decode  the client's own decoder of receipts
 */
export async function purchase(version, buy, decode) {
  const payer = privateKeyToAccount(key).address;
  const before = await transfers();

  const presented = [];
  const response = await buy(async (input, init) => {
    const request = new Request(input, init);
    const header = request.headers.get(version.payment);
    if (header !== null) presented.push(header);
    return fetch(request);
  });

  assert.equal(response.status, 200);
  assert.match(await response.text(), new RegExp(`Premium content[^]*Paid for by ${payer}`, "i"));
  assert.equal(presented.length, 1, "one payment is presented, in this version's header");

  const receipt = decode(response.headers.get(version.receipt));
  assert.equal(receipt.success, true);
  assert.equal(receipt.network, version.network);
  assert.equal(receipt.payer.toLowerCase(), payer.toLowerCase());
  assert.match(receipt.transaction, /^0x[0-9a-f]{64}$/);

  const moved = await transfers(receipt.transaction);
  assert.deepEqual(moved, [{ from: payer, to: RECIPIENT, value: PRICE }]);
  assert.equal((await transfers()).length, before.length + 1, "nothing else moved");

  const again = await fetch(url, { headers: { [version.payment]: presented[0] } });
  assert.equal(again.status, 402, "a payment buys once");
  assert.doesNotMatch(await again.text(), /Paid for by/);
  assert.equal((await transfers()).length, before.length + 1, "the second presentation moves nothing");
}

export const V1 = { payment: "X-PAYMENT", receipt: "X-PAYMENT-RESPONSE", network: "base-sepolia" };
export const V2 = { payment: "PAYMENT-SIGNATURE", receipt: "PAYMENT-RESPONSE", network: "eip155:84532" };
