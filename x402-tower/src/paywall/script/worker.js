// Lives for one answer: it is given a document that was paid for, answers the reload with it, and is gone.
"use strict";
let held = null;

addEventListener("install", () => skipWaiting());

addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("message", (event) => {
  held = event.data;
  event.ports[0].postMessage("taken");
});

addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate") return;
  const isOurs = event.request.method === "GET" && event.request.url.split("#")[0] === held?.url;
  // Another page below this one: the document waits for its own. What is held goes with this worker, soon.
  if (held && !isOurs) return;
  if (held) {
    const { bytes, status, headers } = held;
    held = null;
    // The bytes are as they were before any transfer or content coding.
    const plain = headers.filter(([name]) => !/^(content-encoding|content-length|transfer-encoding)$/i.test(name));
    event.respondWith(new Response(bytes, { status, headers: plain }));
  }
  event.waitUntil(registration.unregister());
});
