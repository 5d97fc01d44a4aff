// Headless Chromium, over a pipe of the DevTools protocol (https://chromedevtools.github.io/devtools-protocol/).
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ARGUMENTS = [
  "--headless=new",
  "--no-sandbox",
  "--remote-debugging-pipe",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-dev-shm-usage",
  "--disable-gpu",
  "--hide-scrollbars",
  "--no-default-browser-check",
  "--no-first-run",
];

export class Chromium {
  #next = 0;
  #calls = new Map();
  #listeners = new Set();
  #hasEnded = false;

  static async start(program = process.env.CHROMIUM ?? "chromium") {
    const chromium = new Chromium();
    chromium.profile = await mkdtemp(join(tmpdir(), "paywall-"));
    const stdio = ["ignore", "ignore", "ignore", "pipe", "pipe"];
    chromium.child = spawn(program, [...ARGUMENTS, `--user-data-dir=${chromium.profile}`], { stdio });
    chromium.ended = once(chromium.child, "exit").finally(() => chromium.#end());
    let rest = Buffer.alloc(0);
    chromium.child.stdio[4].on("data", (data) => {
      rest = Buffer.concat([rest, data]);
      for (let end; (end = rest.indexOf(0)) >= 0; rest = rest.subarray(end + 1)) {
        chromium.#read(JSON.parse(rest.subarray(0, end).toString()));
      }
    });
    await chromium.send("Browser.getVersion");
    return chromium;
  }

  #read(message) {
    if (message.id === undefined) {
      for (const listener of this.#listeners) listener(message);
      return;
    }
    const call = this.#calls.get(message.id);
    if (call === undefined) return;
    this.#calls.delete(message.id);
    if (message.error) call.reject(new Error(`${call.method}: ${message.error.message}`));
    else call.resolve(message.result);
  }

  /** What it was asked it will not answer any more. */
  #end() {
    this.#hasEnded = true;
    for (const { method, reject } of this.#calls.values()) reject(new Error(`${method}: the browser has ended`));
    this.#calls.clear();
  }

  send(method, params = {}, sessionId = undefined) {
    if (this.#hasEnded) return Promise.reject(new Error(`${method}: the browser has ended`));
    const id = this.#next++;
    this.child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => this.#calls.set(id, { method, resolve, reject }));
  }

  /** Calls back for each event of a session. */
  listen(listener) {
    this.#listeners.add(listener);
  }

  async stop() {
    await this.send("Browser.close").catch(() => {});
    await this.ended.catch(() => {});
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
