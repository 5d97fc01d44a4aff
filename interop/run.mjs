// Runs every case in JavaScript: node run.mjs [PATH OF premium_server]
import { runCases } from "./cases.mjs";

const CASES = ["v1-x402-fetch.mjs", "v2-x402-fetch.mjs", "v1-through-v2-sdk.mjs", "1shot-client.mjs"];

await runCases(CASES.map((script) => [process.execPath, script]));
