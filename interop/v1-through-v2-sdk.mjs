// @x402/fetch pays by the v1 offer in the body, if something on the way drops the v2 offer's header.
import { ExactEvmSchemeV1 } from "@x402/evm/v1";
import { decodePaymentResponseHeader, wrapFetchWithPaymentFromConfig } from "@x402/fetch";
import { privateKeyToAccount } from "viem/accounts";
import { key, url } from "./facts.mjs";
import { V1, purchase } from "./purchase.mjs";

const schemes = [{ network: "base-sepolia", client: new ExactEvmSchemeV1(privateKeyToAccount(key)), x402Version: 1 }];

await purchase(
  V1,
  (fetch) => {
    const withoutOffer = async (input, init) => {
      const response = await fetch(input, init);
      const headers = new Headers(response.headers);
      headers.delete("PAYMENT-REQUIRED");
      return new Response(response.body, { status: response.status, headers });
    };
    return wrapFetchWithPaymentFromConfig(withoutOffer, { schemes })(url);
  },
  decodePaymentResponseHeader,
);
