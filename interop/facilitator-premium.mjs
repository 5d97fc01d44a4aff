// premium_server settles through a second facilitator_server, whose 1Shot API is the sandbox of the first.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { privateKeyToAccount } from "viem/accounts";
import { built } from "./cases.mjs";
import { SELLER, UNITS, USE } from "./facilitator-facts.mjs";
import { transfers } from "./oneshot.mjs";
import { start } from "./server.mjs";

const account = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith("ONESHOT_")));
const from = privateKeyToAccount(process.env.BUYER_KEY).address;
const facilitator = await start(built("facilitator_server"), USE, account);
const variables = { ...facilitator.facts, RECIPIENT_ADDRESS: SELLER };
const shop = await start(built("premium_server"), { url: /^listening on (\S+)$/ }, variables);

for (const protocol of ["v1", "v2"]) {
  const before = await transfers();
  const flags = ["--protocol", protocol, `${shop.facts.url}/premium`];
  const child = spawn(built("pay"), flags, { stdio: ["ignore", "pipe", "pipe"], timeout: 120_000 });
  const [[status], page, said] = await Promise.all([once(child, "exit"), text(child.stdout), text(child.stderr)]);
  assert.equal(status, 0, said);
  assert.match(page, new RegExp(`Paid for by ${from}`, "i"));
  const hash = /^transaction: (0x[0-9a-f]{64})$/m.exec(said)?.[1];
  assert.deepEqual(await transfers(hash), [{ from, to: SELLER, value: UNITS }]);
  assert.equal((await transfers()).length, before.length + 1);
}

assert.deepEqual([await shop.stop(), await facilitator.stop()], [0, 0]);
