// What the cases share: a browser, a server in its sandbox, and its books.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { startServer } from "../interop/server.mjs";
import { transfers } from "../interop/oneshot.mjs";
import { Chromium } from "./chromium.mjs";
import { Tab } from "./tab.mjs";

export const SELLER = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
const target = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL("../target", import.meta.url));

/** Has the receipt of a document stand until it is told to go, however slow this machine is. */
export function holdReceipt(tab) {
  const source = "{ const real = setTimeout; window.setTimeout = (run, after) => real(run, after === 4000 ? 1e8 : after); }";
  return tab.send("Page.addScriptToEvaluateOnNewDocument", { source });
}

/** Starts a browser and this program before the cases of a file, and ends both after them. */
export function withServer(program) {
  const setup = {};
  before(async () => {
    setup.server = await startServer(`${target}/debug/${program}`);
    Object.assign(process.env, setup.server.facts);
    setup.origin = new URL(setup.server.facts.SHOP_URL).origin;
    setup.key = setup.server.facts.BUYER_KEY;
    setup.chromium = await Chromium.start();
  });
  after(async () => {
    await setup.chromium?.stop();
    await setup.server?.stop();
  });
  /** Runs a case in a tab; it must be clean at its end, and have paid the price exactly so many times. */
  setup.inTab = async (paid, run) => {
    const tab = await Tab.open(setup.chromium);
    const earlier = (await transfers()).length;
    try {
      await run(tab);
      tab.assertClean();
      const all = await transfers();
      const moved = all.slice(0, all.length - earlier);
      assert.equal(moved.length, paid, "so many transfers");
      for (const { to, value } of moved) assert.deepEqual({ to, value }, { to: SELLER, value: 50_000n });
    } finally {
      await tab.close();
    }
  };
  return setup;
}
