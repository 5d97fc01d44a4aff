// Runs every case of servers that settle through facilitator_server: node facilitator-run.mjs
import { built, runCases } from "./cases.mjs";
import { TOKEN, USE } from "./facilitator-facts.mjs";
import { SANDBOX, start } from "./server.mjs";

// Express servers keep no record of payments: of copies, the facilitator lets one through.
const variables = { FACILITATOR_TOKENS: `another,${TOKEN}`, REPEATS: "refuse" };
const CASES = ["facilitator-express-v1.mjs", "facilitator-express-v2.mjs", "facilitator-premium.mjs"];

await runCases(
  CASES.map((script) => [process.execPath, script]),
  start(built("facilitator_server"), { ...USE, ...SANDBOX }, variables),
);
