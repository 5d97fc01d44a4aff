// Runs every case: node run.mjs [PATH OF premium_server]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startServer } from "./server.mjs";

/** Clients, which buy from our server. */
const CLIENTS = ["v1-x402-fetch.mjs", "v2-x402-fetch.mjs", "v1-through-v2-sdk.mjs"];
/** Servers, each on a chain of its own, from which our client buys. */
const SERVERS = ["express-v1.mjs", "express-v2.mjs"];
/** Milliseconds that a case may take; a client that hangs has failed. */
const PATIENCE = 60_000;

const target = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL("../target", import.meta.url));
const server = await startServer(process.argv[2] ?? `${target}/debug/premium_server`);
const failed = [];
try {
  for (const script of [...CLIENTS, ...SERVERS]) {
    const path = fileURLToPath(new URL(script, import.meta.url));
    const env = { ...process.env, ...server.facts };
    const child = spawn(process.execPath, [path], { env, stdio: "inherit", timeout: PATIENCE });
    const [status] = await once(child, "exit");
    console.log(`${status === 0 ? "ok" : "FAILED"}: ${script}`);
    if (status !== 0) failed.push(script);
  }
} finally {
  const status = await server.stop();
  if (status !== 0) failed.push(`the server, which ended with status ${status}`);
}
if (failed.length > 0) {
  console.error(`failed: ${failed.join(", ")}`);
  process.exitCode = 1;
}
