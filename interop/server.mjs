// Starts premium_server on free ports, and gives what it printed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** The facts of the server's standard output, by the environment variable that hands them to a case. */
const FACTS = {
  SHOP_URL: /^pay with: .* -- (\S+)$/,
  BUYER_KEY: /^buyer key: (0x[0-9a-f]{64})$/,
  ONESHOT_API_URL: /^facilitator: sandbox at (\S+)$/,
  ONESHOT_API_KEY: /^api key: (\S+)$/,
  ONESHOT_API_SECRET: /^api secret: (\S+)$/,
  ONESHOT_BUSINESS_ID: /^business id: (\S+)$/,
};

/** Milliseconds after which a server is killed, so that nothing waits for one that hangs. */
const LIFETIME = 300_000;

/** The server in its sandbox, whatever the environment says of 1Shot; it has started when this resolves. */
export async function startServer(program) {
  const env = { ...process.env, PORT: "0", SANDBOX_PORT: "0", SANDBOX_BLOCK_TIME_MS: "50", RUST_LOG: "warn" };
  for (const name of Object.keys(env)) {
    if (/^(ONESHOT_|FACILITATOR_|RECIPIENT_|PAYMENT_|MAX_AMOUNT|TUNNEL_)/.test(name)) delete env[name];
  }
  const server = spawn(program, { env, stdio: ["ignore", "pipe", "inherit"], timeout: LIFETIME });
  const ended = once(server, "exit");
  const facts = {};
  for await (const line of createInterface(server.stdout)) {
    for (const [name, pattern] of Object.entries(FACTS)) {
      const value = pattern.exec(line)?.[1];
      if (value) facts[name] = value;
    }
    if (Object.keys(facts).length === Object.keys(FACTS).length) {
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
