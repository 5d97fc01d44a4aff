// What the servers that settle through facilitator_server have in common.

/** The line that says where it is. */
export const USE = { FACILITATOR_URL: /^use it as: FACILITATOR_URL=(\S+)$/ };
/** What it lets in. */
export const TOKEN = "interop-token";
/** Who is paid. */
export const SELLER = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
/** The token, which is where Base Sepolia has its own. */
export const USDC = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";
/** The price, as the middlewares take it. */
export const PRICE = "$0.05";
/** The same in atomic units. */
export const UNITS = 50_000n;
/** What is sold. */
export const PAGE = "what was paid for\n";

/** The headers that facilitator clients send, for each of its routes. */
export async function authHeaders() {
  const headers = { Authorization: `Bearer ${TOKEN}` };
  return { verify: headers, settle: headers, supported: headers };
}
