// A node of the published anvil that stands for Base Sepolia, with the sandbox's token in the place of its USDC.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import {
  concat,
  createPublicClient,
  createWalletClient,
  encodeAbiParameters,
  encodeFunctionData,
  http,
  parseEventLogs,
  publicActions,
  testActions,
  zeroAddress,
} from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { baseSepolia } from "viem/chains";

/** Where USDC is on Base Sepolia. */
export const USDC = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";
/** The EIP-712 domain separator that the contract there publishes. */
const SEPARATOR = "0x71f17a3b2ff373b803d70a5a07c046c1a2bc8e89c09ef722fcb047abe94c9818";
/** What a wallet begins with, in wei. */
const ETHER = 10n ** 18n;
/** Milliseconds after which a node is killed, so that none outlives what hangs. */
const LIFETIME = 900_000;

/** The one from npm, which is there for Linux on x86-64 only. */
const program =
  process.env.ANVIL ?? fileURLToPath(new URL("node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil", import.meta.url));
const contract = new URL("../x402-oneshot/contracts/SandboxUSDC.json", import.meta.url);

/** A node of its own, which knows no other; the token is in place when this resolves. */
export async function startAnvil() {
  const flags = ["--chain-id", `${baseSepolia.id}`, "--host", "127.0.0.1", "--port", "0", "--accounts", "1"];
  const node = spawn(program, flags, { stdio: ["ignore", "pipe", "inherit"], timeout: LIFETIME });
  const ended = once(node, "exit");
  // However this process ends, the node ends with it.
  process.once("SIGTERM", () => process.exit(143));
  process.once("exit", () => node.kill());
  for await (const line of createInterface(node.stdout)) {
    const address = /^Listening on (127\.0\.0\.1:\d+)$/.exec(line)?.[1];
    if (!address) continue;
    node.stdout.resume();
    const stop = async () => {
      node.kill("SIGTERM");
      await ended;
    };
    try {
      return await chainAt(http(`http://${address}`), stop);
    } catch (error) {
      await stop();
      throw error;
    }
  }
  throw new Error(`anvil ended with status ${(await ended)[0]} before it listened`);
}

/** What the cases ask of the chain behind the transport. */
async function chainAt(transport, stop) {
  const options = { chain: baseSepolia, transport, pollingInterval: 50 };
  const client = createPublicClient(options).extend(testActions({ mode: "anvil" }));
  const abi = await placeToken(client);
  const token = { address: USDC, abi };
  return {
    stop,
    balanceOf: (owner) => client.readContract({ ...token, functionName: "balanceOf", args: [owner] }),
    /** The token transfers `{from, to, value}` of one transaction. */
    async transfers(hash) {
      const { logs } = await client.getTransactionReceipt({ hash });
      const events = parseEventLogs({ abi, eventName: "Transfer", logs });
      return events.filter(({ address }) => address === USDC.toLowerCase()).map(({ args }) => ({ ...args }));
    },
    /** How many transactions there were: anvil mines each in a block of its own. */
    height: () => client.getBlockNumber({ cacheTime: 0 }),
    async mint(to, value) {
      // The token takes this from the zero address only.
      await client.setBalance({ address: zeroAddress, value: ETHER });
      await client.impersonateAccount({ address: zeroAddress });
      const data = encodeFunctionData({ abi, functionName: "mint", args: [to, value] });
      await transact(client, { from: zeroAddress, to: USDC, data });
      await client.stopImpersonatingAccount({ address: zeroAddress });
    },
    /** A wallet with a new key and ether for gas, as facilitators have one: it reads too. */
    async wallet() {
      const account = privateKeyToAccount(generatePrivateKey());
      await client.setBalance({ address: account.address, value: ETHER });
      return createWalletClient({ ...options, account }).extend(publicActions);
    },
  };
}

/** Runs the token's constructor at USDC's own address, so that its EIP-712 domain is that of Base Sepolia's USDC. */
async function placeToken(client) {
  const { abi, bytecode } = JSON.parse(await readFile(contract, "utf8"));
  const { inputs } = abi.find(({ type }) => type === "constructor");
  const creation = concat([bytecode, encodeAbiParameters(inputs, ["USDC", "USDC", "2", 6])]);
  await client.setCode({ address: USDC, bytecode: creation });
  // The transaction keeps what the constructor stores; what it returns, the code that is to stay, a call tells.
  const { data: code } = await client.call({ to: USDC });
  const [deployer] = await client.request({ method: "eth_accounts" });
  await transact(client, { from: deployer, to: USDC });
  await client.setCode({ address: USDC, bytecode: code });
  const separator = await client.readContract({ address: USDC, abi, functionName: "DOMAIN_SEPARATOR" });
  assert.equal(separator, SEPARATOR, "the token has the domain of Base Sepolia's USDC");
  return abi;
}

/** Sends a transaction from an account that the node signs for. */
async function transact(client, transaction) {
  const hash = await client.request({ method: "eth_sendTransaction", params: [transaction] });
  const { status } = await client.waitForTransactionReceipt({ hash });
  assert.equal(status, "success");
}
