// Runs every case in JavaScript: node run.mjs [PATH OF premium_server]
import { runCases } from "./cases.mjs";

/** Clients, which buy from our server, or speak to its sandbox. */
const CLIENTS = ["v1-x402-fetch.mjs", "v2-x402-fetch.mjs", "v1-through-v2-sdk.mjs", "1shot-client.mjs"];
/** Servers, each on a chain of its own, from which our client buys. */
const SERVERS = ["express-v1.mjs", "express-v2.mjs"];

await runCases([...CLIENTS, ...SERVERS].map((script) => [process.execPath, script]));
