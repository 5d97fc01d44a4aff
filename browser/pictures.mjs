// Takes the pictures of the page that are in docs/: node pictures.mjs
import { writeFile, mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { startServer } from "../interop/server.mjs";
import { Chromium } from "./chromium.mjs";
import { Tab } from "./tab.mjs";
import { addWallets } from "./wallet.mjs";

const target = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL("../target", import.meta.url));
const docs = fileURLToPath(new URL("../docs", import.meta.url));
const icon = (color) =>
  `data:image/svg+xml,${encodeURIComponent(`<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'><rect width='8' height='8' fill='${color}'/></svg>`)}`;
const ANNOUNCED = [{ name: "Fox Wallet", icon: icon("#f6851b") }, { name: "Blue Wallet", icon: icon("#3b76f6") }];

const server = await startServer(`${target}/debug/paywall_shop`);
const origin = new URL(server.facts.SHOP_URL).origin;
const chromium = await Chromium.start();

/** Takes one picture, of the page as `run` leaves it. */
async function picture(name, { width, dark = false, path = "/click", announced = [] }, run = async () => {}) {
  const tab = await Tab.open(chromium);
  await tab.send("Emulation.setDeviceMetricsOverride", { width, height: 600, deviceScaleFactor: 1, mobile: width < 500 });
  const features = [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }];
  await tab.send("Emulation.setEmulatedMedia", { features });
  await addWallets(tab, server.facts.BUYER_KEY, { announced });
  await tab.goto(`${origin}${path}`);
  await run(tab);
  // Twice: a taller window makes room for more of what scrolls.
  for (let turn = 0; turn < 2; turn++) {
    const height = await tab.evaluate("document.documentElement.scrollHeight");
    await tab.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: width < 500 });
  }
  const { data } = await tab.send("Page.captureScreenshot", { format: "png" });
  await writeFile(`${docs}/${name}.png`, Buffer.from(data, "base64"));
  await tab.close();
}

try {
  await mkdir(docs, { recursive: true });
  await picture("paywall-light", { width: 760, announced: ANNOUNCED });
  await picture("paywall-dark", { width: 760, dark: true, announced: ANNOUNCED });
  await picture("paywall-phone", { width: 375 }, (tab) => tab.click("#signed summary"));
  await picture("paywall-paid", { width: 760, path: "/json", announced: ANNOUNCED }, async (tab) => {
    await tab.click("#pay");
    await tab.untilText("#done", "answer");
  });
} finally {
  await chromium.stop();
  await server.stop();
}
