// @x402/fetch with both versions registered takes the v2 offer in the header.
import { ExactEvmScheme } from "@x402/evm";
import { ExactEvmSchemeV1 } from "@x402/evm/v1";
import { decodePaymentResponseHeader, wrapFetchWithPaymentFromConfig } from "@x402/fetch";
import { privateKeyToAccount } from "viem/accounts";
import { key, url } from "./facts.mjs";
import { V2, purchase } from "./purchase.mjs";

const account = privateKeyToAccount(key);
const v2 = { network: "eip155:84532", client: new ExactEvmScheme(account) };
const v1 = { network: "base-sepolia", client: new ExactEvmSchemeV1(account), x402Version: 1 };

for (const schemes of [[v2], [v1, v2]]) {
  await purchase(V2, (fetch) => wrapFetchWithPaymentFromConfig(fetch, { schemes })(url), decodePaymentResponseHeader);
}
