// A tab with a profile of its own, and everything that must never happen in it written down.
import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";

/** Milliseconds within which whatever a case waits for has happened. */
const PATIENCE = 120_000;

export class Tab {
  /** The URLs of all requests, and what broke the page's policy or threw. */
  requests = [];
  violations = [];
  exceptions = [];
  /** The payments that were sent. */
  payments = [];
  /** The names of the files that were saved whole. */
  saved = [];
  /** The documents that are there with all their parts. */
  #loaded = new Set();
  #downloading = new Map();
  #handlers = new Map();

  static async open(chromium) {
    const tab = new Tab();
    const { browserContextId } = await chromium.send("Target.createBrowserContext");
    const { targetId } = await chromium.send("Target.createTarget", { url: "about:blank", browserContextId });
    const { sessionId } = await chromium.send("Target.attachToTarget", { targetId, flatten: true });
    Object.assign(tab, { chromium, browserContextId, sessionId });
    chromium.listen((event) => event.sessionId === sessionId && tab.#event(event));
    for (const domain of ["Page", "Runtime", "Network", "Audits"]) await tab.send(`${domain}.enable`);
    await tab.send("Page.setLifecycleEventsEnabled", { enabled: true });
    return tab;
  }

  send(method, params) {
    return this.chromium.send(method, params, this.sessionId);
  }

  on(method, handler) {
    this.#handlers.set(method, handler);
  }

  #event({ method, params }) {
    if (method === "Network.requestWillBeSent") {
      const { url, headers } = params.request;
      this.requests.push(url);
      const payment = Object.entries(headers).find(([name]) => name.toLowerCase() === "payment-signature");
      if (payment) this.payments.push(payment[1]);
    }
    if (method === "Audits.issueAdded" && params.issue.code === "ContentSecurityPolicyIssue") {
      this.violations.push(params.issue.details.contentSecurityPolicyIssueDetails);
    }
    if (method === "Page.lifecycleEvent" && params.name === "load") this.#loaded.add(params.loaderId);
    if (method === "Runtime.exceptionThrown") this.exceptions.push(params.exceptionDetails);
    if (method === "Page.downloadWillBegin") this.#downloading.set(params.guid, params.suggestedFilename);
    if (method === "Page.downloadProgress" && params.state === "completed") this.saved.push(this.#downloading.get(params.guid));
    this.#handlers.get(method)?.(params);
  }

  async goto(url) {
    this.origin = new URL(url).origin;
    const { errorText, loaderId } = await this.send("Page.navigate", { url });
    assert.equal(errorText, undefined);
    // Another document's end may come in between.
    await this.untilHeard(() => this.#loaded.has(loaderId), `${url} is there`);
  }

  async evaluate(expression) {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
      userGesture: true,
    });
    assert.equal(exceptionDetails, undefined, `${expression}: ${exceptionDetails?.exception?.description}`);
    return result.value;
  }

  /** Waits until an expression is true in whatever document is there; fails with what the page shows. */
  until(expression) {
    // A document may go away while it is asked.
    return this.untilHeard(() => this.evaluate(expression).catch(() => false), expression);
  }

  /** Waits until this is so. The browser tells of downloads and violations in its own time, not before what the page shows. */
  async untilHeard(condition, name = condition.toString()) {
    const late = Date.now() + PATIENCE;
    while (Date.now() < late) {
      if (await condition()) return;
      // A script that is broken brings nothing any more.
      assert.deepEqual(this.exceptions, []);
      await setTimeout(20);
    }
    assert.fail(`never: ${name}; the page shows: ${await this.evaluate("document.body.innerText")}`);
  }

  text(selector) {
    return this.evaluate(`document.querySelector(${JSON.stringify(selector)}).innerText`);
  }

  click(selector) {
    return this.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`);
  }

  async untilText(selector, part) {
    await this.until(`document.querySelector(${JSON.stringify(selector)})?.innerText.includes(${JSON.stringify(part)})`);
  }

  async press(key) {
    const keys = { Tab: 9, Enter: 13, " ": 32 };
    const text = key === "Enter" ? "\r" : key === " " ? " " : undefined;
    const event = { key, code: key === " " ? "Space" : key, windowsVirtualKeyCode: keys[key] };
    await this.send("Input.dispatchKeyEvent", { type: "keyDown", text, ...event });
    await this.send("Input.dispatchKeyEvent", { type: "keyUp", ...event });
  }

  /** Answers requests that carry a payment: with what `answer` gives, or the server's own answer for `undefined`. */
  async interceptPayments(answer) {
    this.on("Fetch.requestPaused", async ({ requestId, request, responseStatusCode }) => {
      const pays = Object.keys(request.headers).some((name) => name.toLowerCase() === "payment-signature");
      const instead = pays ? answer(responseStatusCode) : undefined;
      if (instead === "fail") await this.send("Fetch.failRequest", { requestId, errorReason: "ConnectionRefused" });
      else if (instead) await this.send("Fetch.fulfillRequest", { requestId, ...instead });
      else await this.send("Fetch.continueRequest", { requestId });
    });
    await this.send("Fetch.enable", { patterns: [{ requestStage: "Response" }, { requestStage: "Request" }] });
  }

  /** Nothing was asked of anybody else, nothing broke the policy, nothing threw. */
  assertClean() {
    const foreign = this.requests.filter((url) => !/^(data|blob):/.test(url) && new URL(url).origin !== this.origin);
    assert.deepEqual(foreign, []);
    assert.deepEqual(this.violations, []);
    assert.deepEqual(this.exceptions, []);
  }

  async close() {
    await this.chromium.send("Target.disposeBrowserContext", { browserContextId: this.browserContextId });
  }
}
