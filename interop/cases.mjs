// Runs cases against a server of their own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startServer } from "./server.mjs";

/** Milliseconds that a case may take; a client that hangs has failed. */
const PATIENCE = 600_000;

/** The path of a file beside this one. */
export const beside = (name) => fileURLToPath(new URL(name, import.meta.url));

/** The path of one of our programs, as cargo builds it. */
export const built = (name) => `${process.env.CARGO_TARGET_DIR ?? beside("../target")}/debug/${name}`;

/**
 * Runs commands `[program, ...arguments]`, one after the other, with what the server printed in their environment; the
 * process fails if one of them does.
 */
export async function runCases(commands, starting = startServer(process.argv[2] ?? built("premium_server"))) {
  const server = await starting;
  const failed = [];
  try {
    for (const [program, ...args] of commands) {
      const env = { ...process.env, ...server.facts };
      const child = spawn(program, args, { cwd: beside("."), env, stdio: "inherit", timeout: PATIENCE });
      const [status] = await once(child, "exit");
      console.log(`${status === 0 ? "ok" : "FAILED"}: ${args.join(" ")}`);
      if (status !== 0) failed.push(args.join(" "));
    }
  } finally {
    const status = await server.stop();
    if (status !== 0) failed.push(`the server, which ended with status ${status}`);
  }
  if (failed.length > 0) {
    console.error(`failed: ${failed.join(", ")}`);
    process.exitCode = 1;
  }
}
