// EIP-3009 authorizations over the sandbox's USDC, as parameters of its contract method.
import { randomBytes } from "node:crypto";
import { privateKeyToAccount } from "viem/accounts";
import { PRICE, RECIPIENT } from "./facts.mjs";

/** The token, which is where Base Sepolia has its own. */
export const TOKEN = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";

const field = (name, type) => ({ name, type });
const FIELDS = [
  field("from", "address"),
  field("to", "address"),
  field("value", "uint256"),
  field("validAfter", "uint256"),
  field("validBefore", "uint256"),
  field("nonce", "bytes32"),
];

/** A payment of the price that is good for ten minutes, signed with this key. */
export async function authorize(key) {
  const account = privateKeyToAccount(key);
  const now = BigInt(Math.floor(Date.now() / 1000));
  const message = {
    from: account.address,
    to: RECIPIENT,
    value: PRICE,
    validAfter: now - 60n,
    validBefore: now + 600n,
    nonce: `0x${randomBytes(32).toString("hex")}`,
  };
  const signature = await account.signTypedData({
    domain: { name: "USDC", version: "2", chainId: 84532, verifyingContract: TOKEN },
    types: { TransferWithAuthorization: FIELDS },
    primaryType: "TransferWithAuthorization",
    message,
  });
  const texts = Object.entries(message).map(([name, value]) => [name, String(value)]);
  return { ...Object.fromEntries(texts), signature };
}
