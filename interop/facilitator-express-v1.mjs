// x402-express 1.2.0, which speaks v1 only, settles through facilitator_server.
import { webcrypto } from "node:crypto";
import { paymentMiddleware } from "x402-express";
import { createSigner, decodeXPaymentResponse, wrapFetchWithPayment } from "x402-fetch";
import { buyAt, openShop } from "./facilitator-buyers.mjs";
import { PRICE, SELLER, authHeaders } from "./facilitator-facts.mjs";

// Node.js 18, which the client supports, does not have it where it looks for it.
globalThis.crypto ??= webcrypto;

const facilitator = { url: process.env.FACILITATOR_URL, createAuthHeaders: authHeaders };
const routes = { "GET /premium": { price: PRICE, network: "base-sepolia" } };
const shop = await openShop(paymentMiddleware(SELLER, routes, facilitator));

const signer = await createSigner("base-sepolia", process.env.BUYER_KEY);
await buyAt(shop.url, "X-PAYMENT", [
  async (fetch) => {
    const response = await wrapFetchWithPayment(fetch, signer)(shop.url, { method: "GET" });
    const receipt = decodeXPaymentResponse(response.headers.get("X-PAYMENT-RESPONSE"));
    return { content: await response.text(), receipt };
  },
]);
shop.stop();
