// @x402/express 2.27.0, which speaks v2 only, settles through facilitator_server.
import { HTTPFacilitatorClient } from "@x402/core/server";
import { ExactEvmScheme as Buying } from "@x402/evm";
import { ExactEvmScheme as Selling } from "@x402/evm/exact/server";
import { paymentMiddleware, x402ResourceServer } from "@x402/express";
import { decodePaymentResponseHeader, wrapFetchWithPaymentFromConfig } from "@x402/fetch";
import { privateKeyToAccount } from "viem/accounts";
import { buyAt, openShop } from "./facilitator-buyers.mjs";
import { PRICE, SELLER, authHeaders } from "./facilitator-facts.mjs";

const network = "eip155:84532";
const facilitator = new HTTPFacilitatorClient({ url: process.env.FACILITATOR_URL, createAuthHeaders: authHeaders });
const accepts = { scheme: "exact", price: PRICE, network, payTo: SELLER };
const server = new x402ResourceServer(facilitator).register(network, new Selling());
const shop = await openShop(paymentMiddleware({ "GET /premium": { accepts } }, server));

const schemes = [{ network, client: new Buying(privateKeyToAccount(process.env.BUYER_KEY)) }];
await buyAt(shop.url, "PAYMENT-SIGNATURE", [
  async (fetch) => {
    const response = await wrapFetchWithPaymentFromConfig(fetch, { schemes })(shop.url);
    const receipt = decodePaymentResponseHeader(response.headers.get("PAYMENT-RESPONSE"));
    return { content: await response.text(), receipt };
  },
]);
shop.stop();
