// What the shops behind the published middlewares sell: the same things, whichever middleware it is.
import express from "express";
import { serve } from "./loopback.mjs";

/** Who is paid. */
export const SELLER = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
/** The price of everything, as the middlewares take it. */
export const PRICE = "$0.05";
/** The same in atomic units. */
export const UNITS = 50_000n;
/** What has a price, as the middlewares name it. */
export const ROUTES = ["GET /premium", "POST /premium", "GET /flaky"];

/**
 * Serves what is paid for behind a payment middleware.
 *
 * `presented` holds the payments that came, in the order of their requests.
 */
export async function serveShop(middleware) {
  const presented = [];
  let failures = 0;
  const application = express();
  application.use((request, _, next) => {
    const header = request.get("X-PAYMENT") ?? request.get("PAYMENT-SIGNATURE");
    if (header !== undefined) presented.push(header);
    next();
  });
  application.use(middleware);
  application.use(express.text({ type: () => true }));
  application.get("/premium", (_, response) => response.type("text").send("premium\n"));
  application.post("/premium", (request, response) => response.type("text").send(`premium: ${request.body}\n`));
  // Fails the first time that it is paid for; nothing is settled for a failure.
  application.get("/flaky", (_, response) => {
    failures += 1;
    if (failures === 1) response.status(503).set("Retry-After", "1").send("not now\n");
    else response.type("text").send("at last\n");
  });
  application.get("/free", (_, response) => response.type("text").send("free\n"));
  return { ...(await serve(application)), presented };
}
