// pay buys from x402-express 1.2.0, which speaks v1 only, and asks x402's own facilitator functions.
import { paymentMiddleware } from "x402-express";
import { v1Facilitator } from "./express-facilitator.mjs";
import { buyFrom } from "./express-pay.mjs";
import { PRICE, ROUTES, SELLER } from "./express-shop.mjs";

const version = { protocol: "v1", other: "v2", refusal: "insufficient_funds" };

await buyFrom(version, v1Facilitator, (url) => {
  const routes = Object.fromEntries(ROUTES.map((route) => [route, { price: PRICE, network: "base-sepolia" }]));
  return paymentMiddleware(SELLER, routes, { url });
});
