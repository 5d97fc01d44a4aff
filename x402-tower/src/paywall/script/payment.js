// The payment: an EIP-3009 authorization, signed as EIP-712 typed data, in the payload of x402 v2.

const chainId = (offer) => Number(/^eip155:(\d+)$/.exec(offer.network)?.[1] ?? NaN);

/** Whether this page can pay an offer. */
function payable(offer) {
  const method = offer.extra?.assetTransferMethod ?? "eip3009";
  const named = typeof offer.extra?.name === "string" && typeof offer.extra?.version === "string";
  return offer.scheme === "exact" && Number.isSafeInteger(chainId(offer)) && method === "eip3009" && named;
}

/** What the wallet shows, and signs. */
function typedData(offer, message) {
  return {
    types: {
      EIP712Domain: [
        { name: "name", type: "string" },
        { name: "version", type: "string" },
        { name: "chainId", type: "uint256" },
        { name: "verifyingContract", type: "address" },
      ],
      TransferWithAuthorization: [
        { name: "from", type: "address" },
        { name: "to", type: "address" },
        { name: "value", type: "uint256" },
        { name: "validAfter", type: "uint256" },
        { name: "validBefore", type: "uint256" },
        { name: "nonce", type: "bytes32" },
      ],
    },
    primaryType: "TransferWithAuthorization",
    domain: {
      name: offer.extra.name,
      version: offer.extra.version,
      chainId: chainId(offer),
      verifyingContract: offer.asset,
    },
    message,
  };
}

function authorization(offer, from) {
  return {
    from,
    to: offer.payTo,
    value: offer.amount,
    validAfter: "0",
    validBefore: String(now() + offer.maxTimeoutSeconds),
    nonce: "0x" + random(32),
  };
}

/** So many random bytes, in hexadecimal. */
function random(bytes) {
  const drawn = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(drawn, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Seconds before its expiry from which on the server would refuse a payment. */
const MARGIN = 6;

/** Signs a payment for the offer. What is given is all that it takes to present it, now or after a reload. */
async function sign(wallet, from, offer) {
  tell(text("signing", { wallet: wallet.name }));
  const message = authorization(offer, from);
  const signature = await ask(wallet, "eth_signTypedData_v4", [from, JSON.stringify(typedData(offer, message))]);
  // Who thinks about it for long signs what is over, or would be before it is on the chain.
  if (now() > Number(message.validBefore) - MARGIN) throw new Problem("slow", { wallet: wallet.name });
  // The server's own words are given back as they came.
  const payment = { x402Version: 2, payload: { signature, authorization: message }, resource: REQUIRED.resource, accepted: offer };
  if (REQUIRED.extensions) {
    payment.extensions = structuredClone(REQUIRED.extensions);
    const named = payment.extensions["payment-identifier"];
    if (named) named.info = { ...named.info, id: "pay_" + random(16) };
  }
  return { header: toBase64(payment), expires: Number(message.validBefore), offer: REQUIRED.accepts.indexOf(offer) };
}

// A payment that has no outcome yet outlives a reload, in this tab only. Whoever reads it can do no more than what was
// signed: pay this recipient this price.
const KEEP = "x402 " + HERE;

/** The same, for where storage is off: then only a reload forgets. */
let unfinished = null;

function keep(payment) {
  unfinished = payment;
  try {
    payment ? sessionStorage.setItem(KEEP, JSON.stringify(payment)) : sessionStorage.removeItem(KEEP);
  } catch {
    // It is off.
  }
}

/** The payment that has no outcome yet, however old: expired, it can settle no more, but it may have. */
function kept() {
  let payment = unfinished;
  try {
    payment ??= JSON.parse(sessionStorage.getItem(KEEP));
  } catch {
    // It is off, or holds something else.
  }
  // Whether it arrived before the page went away, nobody knows.
  return typeof payment?.header === "string" && Number.isFinite(payment.expires) ? { ...payment, open: true } : null;
}
