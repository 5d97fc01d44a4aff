// Starts one of our servers on free ports, and gives what it printed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** The facts of a sandbox, by the environment variable that hands them to a case. */
export const SANDBOX = {
  BUYER_KEY: /^buyer key: (0x[0-9a-f]{64})$/,
  ONESHOT_API_URL: /^facilitator: sandbox at (\S+)$/,
  ONESHOT_API_KEY: /^api key: (\S+)$/,
  ONESHOT_API_SECRET: /^api secret: (\S+)$/,
  ONESHOT_BUSINESS_ID: /^business id: (\S+)$/,
};

/** Milliseconds after which a server is killed, so that nothing waits for one that hangs. */
const LIFETIME = 1_800_000;

/** premium_server in its sandbox; it has started when this resolves. */
export const startServer = (program) => start(program, { SHOP_URL: /^pay with: .* -- (\S+)$/, ...SANDBOX });

/**
 * Starts a program with these variables, whatever the environment says of 1Shot.
 *
 * `patterns` are the lines of its standard output that are waited for, by the name that each is given.
 */
export async function start(program, patterns, variables = {}) {
  const env = { ...process.env, PORT: "0", SANDBOX_PORT: "0", SANDBOX_BLOCK_TIME_MS: "50", RUST_LOG: "warn" };
  for (const name of Object.keys(env)) {
    if (/^(ONESHOT_|FACILITATOR_|RECIPIENT_|PAYMENT_|MAX_AMOUNT|TUNNEL_)/.test(name)) delete env[name];
  }
  const options = { stdio: ["ignore", "pipe", "inherit"], timeout: LIFETIME };
  const server = spawn(program, { env: { ...env, ...variables }, ...options });
  const ended = once(server, "exit");
  const facts = {};
  for await (const line of createInterface(server.stdout)) {
    for (const [name, pattern] of Object.entries(patterns)) {
      const value = pattern.exec(line)?.[1];
      if (value) facts[name] = value;
    }
    if (Object.keys(facts).length === Object.keys(patterns).length) {
      server.stdout.resume();
      return {
        facts,
        async stop() {
          server.kill("SIGTERM");
          return (await ended)[0];
        },
      };
    }
  }
  throw new Error(`${program} ended with status ${(await ended)[0]} before it had told everything`);
}
