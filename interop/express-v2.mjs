// pay buys from @x402/express, which speaks v2 only, and asks the facilitator of @x402/core.
import { HTTPFacilitatorClient } from "@x402/core/server";
import { ExactEvmScheme } from "@x402/evm/exact/server";
import { paymentMiddleware, x402ResourceServer } from "@x402/express";
import { v2Facilitator } from "./express-facilitator.mjs";
import { buyFrom } from "./express-pay.mjs";
import { PRICE, ROUTES, SELLER } from "./express-shop.mjs";

const network = "eip155:84532";
// Multicall3, with which the facilitator would find out why, is not on this chain.
const refusal = "invalid_exact_evm_transaction_simulation_failed";

await buyFrom({ protocol: "v2", other: "v1", refusal }, v2Facilitator, (url) => {
  const accepts = { scheme: "exact", price: PRICE, network, payTo: SELLER };
  const routes = Object.fromEntries(ROUTES.map((route) => [route, { accepts }]));
  const server = new x402ResourceServer(new HTTPFacilitatorClient({ url })).register(network, new ExactEvmScheme());
  return paymentMiddleware(routes, server);
});
