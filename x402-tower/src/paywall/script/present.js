// Asking for what is sold, with a payment; again with the same one, until there is an outcome.

/** Seconds after its expiry for which an outcome of a payment is still asked for. */
const GRACE = 60;
/** What a browser asks for when it opens a page. */
const ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,image/*,*/*;q=0.8";
/** Not yet: in flight, settling, or nobody there. None of them is a no. */
const NOT_YET = [409, 425, 429, 502, 503, 504];

/** Ends the wait before the next attempt. */
let hurry = () => {};

/** Gives `{ response, body, receipt }` of what was bought, or throws a `Problem`. */
async function present(payment) {
  keep(payment);
  tell(text("sending"));
  byId("again").hidden = true;
  for (;;) {
    let seconds = 2;
    try {
      const response = await fetch(HERE, {
        headers: { accept: ACCEPT, "payment-signature": payment.header },
        cache: "no-store",
      });
      const receipt = headerOf(response, "payment-response");
      if (response.ok) {
        const body = await response.blob();
        keep(null);
        return { response, body, receipt };
      }
      if (!NOT_YET.includes(response.status)) throw refusal(response, receipt);
      seconds = Math.min(Math.max(Number(response.headers.get("retry-after")) || 2, 1), 30);
      tell(text("pending"));
    } catch (problem) {
      if (problem instanceof Problem) throw problem;
      // No answer, or half of one.
      tell(text("unreachable"));
    }
    if (now() > payment.expires + GRACE) {
      keep(null);
      throw new Problem("expired");
    }
    byId("again").hidden = false;
    await Promise.race([pause(seconds), new Promise((done) => (hurry = done))]);
    byId("again").hidden = true;
  }
}

/** What to say of an answer that is neither what was bought nor "not yet". */
function refusal(response, receipt) {
  const status = response.status;
  if (receipt?.success) return new Problem("owed", { status }, { owed: true });
  keep(null);
  const reason = String(receipt?.errorReason ?? headerOf(response, "payment-required")?.error ?? status);
  if (status !== 402) return new Problem("not_served", { status });
  if (reason.includes("nonce_already_used")) return new Problem("used");
  if (reason.includes("insufficient")) return new Problem("poor_at_settling", {}, { poor: true });
  if (/valid_before|valid_after|expired|early/.test(reason)) return new Problem("late");
  return new Problem("refused", { reason: reason.slice(0, 100) });
}

function headerOf(response, name) {
  try {
    return fromBase64(response.headers.get(name));
  } catch {
    return null;
  }
}
