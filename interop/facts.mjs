// What a case is told, by its arguments or by its environment.
import { webcrypto } from "node:crypto";

// Node.js 18, which the clients support, does not have it where they look for it.
globalThis.crypto ??= webcrypto;

/** Who is paid in the sandbox. */
export const RECIPIENT = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
/** The price, in atomic units. */
export const PRICE = 50_000n;

const [url = process.env.SHOP_URL, key = process.env.BUYER_KEY] = process.argv.slice(2);
if (!url || !key) {
  console.error("usage: node CASE.mjs URL BUYER_KEY, or set SHOP_URL and BUYER_KEY");
  process.exit(2);
}
export { url, key };
