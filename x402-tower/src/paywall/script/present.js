// Asking for what is sold, with a payment; again with the same one, until there is an outcome.

/** Seconds after its expiry for which this page asks by itself what became of a payment. */
const GRACE = 60;
/** What a browser asks for when it opens a page. */
const ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,image/*,*/*;q=0.8";
/** Settling, or nobody there. None of them is a no. */
const NOT_YET = [425, 429, 502, 503, 504];

/** Ends the wait before the next attempt. */
let hurry = () => {};
/** Asks again after the page has given up, where that makes sense. */
let resume = null;

/**
 * Gives `{ response, body, receipt }` of what was bought, or throws a `Problem`. A stream has no `body`: it is shown as
 * it comes.
 *
 * A payment is forgotten when the server has said what became of it, and not before: until then nothing else is signed.
 */
async function present(payment) {
  payment.waits = false;
  tell(text(payment.open ? "resumed" : "sending"));
  byId("again").hidden = true;
  resume = null;
  for (;;) {
    keep(payment);
    let seconds = 2;
    try {
      const response = await fetch(HERE, {
        headers: { accept: ACCEPT, "payment-signature": payment.header, "x402-page": "1" },
        cache: "no-store",
        redirect: "manual",
      });
      const receipt = headerOf(response, "payment-response");
      if (response.ok) {
        tell(text("arriving"));
        const body = isStream(response) ? null : await response.blob();
        keep(null);
        return { response, body, receipt };
      }
      const after = response.headers.get("retry-after");
      // In flight, if it says when to ask again; else a conflict of the shop's own.
      const isPending = receipt?.errorReason === "settlement_pending" || (response.status === 409 && after !== null);
      if (!isPending && !NOT_YET.includes(response.status)) throw refusal(response, receipt, payment);
      seconds = Math.min(Math.max(Number(after) || 2, 1), 30);
      tell(text("pending"));
    } catch (problem) {
      if (problem instanceof Problem) throw problem;
      // No answer, or half of one.
      tell(text("unreachable"));
    }
    payment.open = true;
    if (now() > payment.expires + GRACE) throw new Problem("expired", {}, { again: true });
    byId("again").hidden = false;
    await Promise.race([pause(seconds), new Promise((done) => (hurry = done))]);
    byId("again").hidden = true;
  }
}

/** What to say of an answer that is neither what was bought nor "not yet". */
function refusal(response, receipt, payment) {
  // To a script, a redirect that somebody before the payment's layer answers with has no status.
  const status = response.status || "3xx";
  if (receipt?.success) return new Problem("owed", { status }, { again: true });
  if (status !== 402) {
    // It should have charged nothing. What should be is not what was, so that the payment is kept, for who pays again.
    keep({ ...payment, waits: true });
    return new Problem("not_served", { status }, { again: true });
  }
  const reason = String(receipt?.errorReason ?? headerOf(response, "payment-required")?.error ?? status).slice(0, 100);
  const isUsed = reason.includes("nonce_already_used");
  const isLate = /valid_before|valid_after|expired|early/.test(reason);
  // Without a receipt it says nothing of earlier attempts, of which one may have been charged, or be charged still.
  if (payment.open && !receipt && !isUsed) {
    const isOver = isLate && now() > payment.expires + GRACE;
    if (isOver) keep(null);
    return new Problem(isLate ? "expired" : "unclear", { reason }, { again: !isOver });
  }
  keep(null);
  if (isUsed) return new Problem("used");
  if (reason.includes("insufficient")) return new Problem("poor_at_settling", {}, { poor: true });
  if (isLate) return new Problem("late");
  return new Problem("refused", { reason });
}

function headerOf(response, name) {
  try {
    return fromBase64(response.headers.get(name));
  } catch {
    return null;
  }
}
