// The page as a person uses it.

/** Whether a payment is under way. */
let busy = false;

const checked = (name) => document.querySelector(`input[name=${name}]:checked`)?.value;
const chosenWallet = () => wallets[Number(checked("wallet") ?? 0)];
const chosenOffer = () => Number(checked("offer"));

function showWallets() {
  const before = chosenWallet();
  const items = wallets.map((wallet, index) => {
    const input = element("input", { type: "radio", name: "wallet", value: String(index) });
    input.checked = wallet === before || (!before && index === 0);
    const icon = wallet.icon ? [element("img", { src: wallet.icon, alt: "" })] : [];
    return element("li", {}, element("label", {}, input, ...icon, element("span", {}, wallet.name)));
  });
  const isThere = byId("wallets").contains(document.activeElement);
  byId("wallets").replaceChildren(...items);
  if (!checked("wallet") && wallets.length > 0) document.querySelector("input[name=wallet]").checked = true;
  // Who was choosing when another wallet came goes on choosing.
  if (isThere) document.querySelector("input[name=wallet]:checked")?.focus();
  render();
}

function render() {
  if (byId("ask").hidden) return;
  const wallet = chosenWallet();
  const index = chosenOffer();
  const offer = REQUIRED.accepts[index];
  const none = !REQUIRED.accepts.some(payable);
  byId("wallets-area").hidden = wallets.length === 0 || none;
  byId("pay").hidden = !wallet || none;
  byId("pay").disabled = busy;
  byId("signed").hidden = none;
  if (none) return tell(text("no_offer"), false);
  byId("pay").textContent = text("pay", { price: DATA.offers[index].price, wallet: wallet?.name ?? "" });
  const message = { from: "…", to: offer.payTo, value: offer.amount, validAfter: "0", validBefore: "…", nonce: "…" };
  const { primaryType, domain } = typedData(offer, message);
  byId("typed").textContent = JSON.stringify({ primaryType, domain, message }, null, 2);
  if (!busy && byId("alert").childNodes.length === 0) tell(wallet ? "" : text("no_wallet"), false);
}

/** Runs one payment after another, never two. */
async function once(journey) {
  if (busy) return;
  busy = true;
  byId("alert").replaceChildren();
  render();
  try {
    await journey();
  } catch (problem) {
    complain(problem instanceof Problem ? problem : new Problem("wallet_failed", { wallet: "", reason: String(problem) }));
  } finally {
    busy = false;
    // A document that was written here has no button of ours.
    byId("pay")?.removeAttribute("disabled");
  }
}

async function pay() {
  const wallet = chosenWallet();
  const offer = REQUIRED.accepts[chosenOffer()];
  const shown = DATA.offers[chosenOffer()];
  // One that was signed and has no outcome comes before any new one.
  const before = kept();
  if (before) return finish(before);
  const from = await account(wallet);
  await onChain(wallet, offer, shown);
  await enough(wallet, from, offer, shown);
  await finish(await sign(wallet, from, offer));
}

async function finish(payment) {
  try {
    await show(await present(payment), payment);
  } catch (problem) {
    if (problem.poor) problem.link = faucet(DATA.offers[payment.offer]);
    if (problem.again) {
      byId("again").hidden = false;
      resume = () => once(() => finish({ ...payment, open: true }));
    }
    throw problem;
  }
}

function main() {
  const inputs = [...document.querySelectorAll("input[name=offer]")];
  inputs.forEach((input, index) => (input.disabled = !payable(REQUIRED.accepts[index])));
  const first = inputs.find((input) => !input.disabled) ?? inputs[0];
  first.checked = true;
  document.addEventListener("change", render);
  byId("pay").addEventListener("click", () => once(pay));
  byId("again").addEventListener("click", () => (resume ?? hurry)());
  window.addEventListener("online", () => hurry());
  if (DATA.test_key) addWallet({ name: text("test_wallet"), icon: null, provider: testWallet(), test: true });
  findWallets();
  render();
  const payment = kept();
  // What was not served is asked for again by whoever wants it still.
  if (payment && !payment.waits) once(() => finish(payment));
}
