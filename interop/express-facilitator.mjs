// The facilitators of the published packages, which have no server of their own, behind the endpoints of the protocol.
import { x402Facilitator } from "@x402/core/facilitator";
import { toFacilitatorEvmSigner } from "@x402/evm";
import { registerExactEvmScheme } from "@x402/evm/exact/facilitator";
import express from "express";
import { settle, verify } from "x402/facilitator";
import { serve } from "./loopback.mjs";

/** The facilitator of `x402`: functions over a wallet. */
export function v1Facilitator(wallet) {
  return {
    supported: () => ({ kinds: [{ x402Version: 1, scheme: "exact", network: "base-sepolia" }] }),
    verify: (payload, requirements) => verify(wallet, payload, requirements),
    settle: (payload, requirements) => settle(wallet, payload, requirements),
  };
}

/** The facilitator of `@x402/core`, with the scheme of `@x402/evm`. */
export function v2Facilitator(wallet) {
  const signer = toFacilitatorEvmSigner({ ...wallet, address: wallet.account.address });
  const facilitator = registerExactEvmScheme(new x402Facilitator(), { signer, networks: "eip155:84532" });
  return {
    supported: () => facilitator.getSupported(),
    verify: (payload, requirements) => facilitator.verify(payload, requirements),
    settle: (payload, requirements) => facilitator.settle(payload, requirements),
  };
}

/**
 * Serves one of them.
 *
 * `settled` holds the payloads that it was asked to settle. While `till.isForgetful`, it settles and does not say so.
 */
export async function serveFacilitator(facilitator) {
  const till = { settled: [], isForgetful: false };
  const application = express().use(express.json());
  application.get("/supported", (_, response) => response.json(facilitator.supported()));
  for (const step of ["verify", "settle"]) {
    application.post(`/${step}`, async (request, response) => {
      const { paymentPayload, paymentRequirements } = request.body;
      if (step === "settle") till.settled.push(paymentPayload);
      let verdict;
      try {
        verdict = await facilitator[step](paymentPayload, paymentRequirements);
      } catch (error) {
        return response.status(500).json({ error: error.name });
      }
      const isLost = step === "settle" && till.isForgetful;
      return isLost ? response.status(500).json({ error: "Forgotten" }) : response.json(verdict);
    });
  }
  return Object.assign(till, await serve(application));
}
