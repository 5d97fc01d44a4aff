// x402-fetch 1.2.0, which speaks v1 only, pays by the offer in the body.
import { createSigner, decodeXPaymentResponse, wrapFetchWithPayment } from "x402-fetch";
import { key, url } from "./facts.mjs";
import { V1, purchase } from "./purchase.mjs";

const signer = await createSigner("base-sepolia", key);
await purchase(V1, (fetch) => wrapFetchWithPayment(fetch, signer)(url, { method: "GET" }), decodeXPaymentResponse);
