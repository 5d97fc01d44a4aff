// @uxly/1shot-client 1.2.7 against the sandbox's 1Shot API.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { OneShotClient, validateWebhook } from "@uxly/1shot-client";
import { TOKEN, authorize } from "./authorization.mjs";
import { PRICE, RECIPIENT, key } from "./facts.mjs";
import { transfers } from "./oneshot.mjs";
import { receive } from "./receiver.mjs";

const env = (name) => process.env[name] ?? assert.fail(`${name} is not set; premium_server prints it`);
const business = env("ONESHOT_BUSINESS_ID");
const client = new OneShotClient({
  apiKey: env("ONESHOT_API_KEY"),
  apiSecret: env("ONESHOT_API_SECRET"),
  baseUrl: env("ONESHOT_API_URL"),
});
const methods = client.contractMethods;

const wallets = await client.wallets.list(business, { chainId: 84532 });
const [wallet] = wallets.response;
assert.ok(BigInt(wallet.accountBalanceDetails.balance) > 0n, "the wallet can pay for gas");
// The client's own type wants an object here, its code the value alone.
assert.equal((await client.wallets.get(wallet.id, true)).accountAddress, wallet.accountAddress);

const created = await client.wallets.create(business, { chainId: 84532, name: "From JavaScript", description: "" });
const renamed = await client.wallets.update(created.id, { name: "Renamed" });
assert.deepEqual([renamed.id, renamed.name], [created.id, "Renamed"]);

/** Waits for the end of a transaction. */
async function endOf(transaction) {
  while (!["Completed", "Failed"].includes(transaction.status)) {
    await sleep(20);
    transaction = await client.transactions.get(transaction.id);
  }
  return transaction;
}
const everything = { destinationAccountAddress: wallet.accountAddress, memo: "all of it" };
const emptied = await endOf(await client.wallets.transfer(created.id, everything));
assert.deepEqual([emptied.status, emptied.memo], ["Completed", "all of it"]);
assert.deepEqual(await client.wallets.delete(created.id), { success: true });
const { response: left } = await client.wallets.list(business, { chainId: 84532 });
assert.ok(left.every(({ id }) => id !== created.id));

const { response: chains } = await client.chains.list({ pageSize: 2 });
assert.deepEqual(chains.map(({ chainId }) => chainId), [84532, 8453]);

const input = (name, type, index, more = {}) => ({ name, type, index, ...more });
const declaration = {
  chainId: 84532,
  contractAddress: TOKEN,
  walletId: wallet.id,
  name: "Collect & settle #1",
  description: "Collects a payment",
  functionName: "transferWithAuthorization",
  stateMutability: "nonpayable",
  inputs: [
    input("from", "address", 0),
    input("to", "address", 1),
    input("value", "uint", 2),
    input("validAfter", "uint", 3),
    input("validBefore", "uint", 4),
    input("nonce", "bytes", 5, { typeSize: 32 }),
    input("signature", "bytes", 6),
  ],
  outputs: [],
};
const webhooks = await receive();
const method = await methods.create(business, { ...declaration, callbackUrl: webhooks.url });
assert.deepEqual(await methods.get(method.id), method);
const { response: named } = await methods.list(business, { name: declaration.name, methodType: "write" });
assert.deepEqual(named, [method]);

const params = await authorize(key);
assert.deepEqual(await methods.test(method.id, params), { success: true, result: {}, error: null });
const forged = await methods.test(method.id, { ...params, value: "1" });
assert.equal(forged.success, false);
assert.match(forged.error.message, /ERC3009InvalidSignature/);

const estimate = await methods.estimate(method.id, params);
assert.ok(BigInt(estimate.gasAmount) > 21_000n);
assert.equal(estimate.functionName, "transferWithAuthorization");
const { data } = await methods.encode(method.id, params);
assert.match(data, /^0xcf092995/, "the selector of the overload with the signature in one piece");

const balanceOf = await methods.create(business, {
  ...declaration,
  name: "USDC of somebody",
  functionName: "balanceOf",
  stateMutability: "view",
  inputs: [input("account", "address", 0)],
  outputs: [input("balance", "uint", 0)],
});
const held = async () => BigInt(await methods.read(balanceOf.id, { account: RECIPIENT }));
const before = await held();

/** Executes and waits for the end of it. */
async function execute(id, params, memo) {
  const transaction = await methods.execute(id, params, { memo });
  assert.equal(transaction.contractMethodId, id);
  return endOf(transaction);
}
const paid = await execute(method.id, params, "an order of caffè");
assert.equal(paid.status, "Completed");
assert.deepEqual(await transfers(paid.transactionHash), [{ from: params.from, to: RECIPIENT, value: PRICE }]);
assert.equal(await held(), before + PRICE);
const twice = await execute(method.id, params, "the same order");
assert.equal(twice.status, "Failed", "an authorization is good once");
assert.match(twice.failureReason, /ERC3009/);

// Each is sent by itself, and may overtake the other.
const told = [await webhooks.next(), await webhooks.next()];
const events = told.map(({ eventName }) => eventName).sort();
assert.deepEqual(events, ["TransactionExecutionFailure", "TransactionExecutionSuccess"]);
for (const body of told) {
  assert.equal(await validateWebhook(body, method.publicKey), true);
  const forged = { ...body, data: { ...body.data, chain: 1 } };
  assert.equal(await validateWebhook(forged, method.publicKey), false);
}
webhooks.close();

const listed = await client.transactions.list(business, { contractMethodId: method.id });
assert.deepEqual(listed.response, [twice, paid], "the newest comes first");
const failed = await client.transactions.list(business, { contractMethodId: method.id, status: "Failed", pageSize: 1 });
assert.deepEqual(failed.response, [twice]);

// The client takes lists of structs, and of nothing else.
const point = { params: [input("x", "int", 0, { typeSize: 64 }), input("label", "string", 1)] };
const nested = await methods.create(business, {
  ...declaration,
  name: "With a struct",
  functionName: "draw",
  inputs: [input("points", "struct", 0, { isArray: true, typeStruct: { name: "Point", ...point } })],
});
assert.equal(nested.inputs[0].typeStruct.params[1].name, "label");
const drawn = await methods.encode(nested.id, { points: [{ x: "-1", label: "a" }] });
assert.match(drawn.data, /^0x[0-9a-f]+$/);

const [prompt] = await methods.search("collect an x402 payment", { chainId: 84532 });
const target = { chainId: 84532, contractAddress: prompt.contractAddress, walletId: wallet.id };
const assured = await methods.assureContractMethodsFromPrompt(business, { ...target, promptId: prompt.id });
assert.equal(assured.length, prompt.functions.length);
assert.deepEqual(await methods.assureContractMethodsFromPrompt(business, target), assured, "nothing is made twice");

const artifact = new URL("../x402-oneshot/contracts/SandboxUSDC.json", import.meta.url);
const items = JSON.parse(readFileSync(artifact, "utf8")).abi;
// The client's own schema of an ABI does not know errors.
const abi = items.filter((item) => item.type !== "error");
const imported = await methods.importFromABI(business, { ...target, abi });
assert.equal(imported.length, abi.filter((item) => item.type === "function").length);

await methods.delete(nested.id);
const archived = await methods.list(business, { status: "archived" });
assert.deepEqual(archived.response.map(({ id }) => id), [nested.id]);
const { response: live } = await methods.list(business, { name: "With a struct" });
assert.deepEqual(live, []);
