// The wallets of this browser (EIP-1193), and what they are asked.

/** Each with `name`, `icon` (a data: URI, or nothing) and `provider`. */
const wallets = [];

function addWallet(wallet) {
  if (wallets.some((known) => known.provider === wallet.provider || (wallet.id && known.id === wallet.id))) return;
  wallets.push(wallet);
  // What announces itself may stand in `window.ethereum` as well, behind some wrapper; it needs no second entry.
  const unnamed = wallets.findIndex((known) => known.unnamed);
  if (unnamed >= 0 && !wallet.unnamed && !wallet.test) wallets.splice(unnamed, 1);
  showWallets();
}

/** Text of a wallet's, without what would turn around or hide the words beside it. */
function plain(words) {
  return String(words).replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, " ");
}

/** Announced wallets (EIP-6963), and the one that older pages know. */
function findWallets() {
  window.addEventListener("eip6963:announceProvider", (event) => {
    const { info, provider } = event.detail ?? {};
    if (typeof provider?.request !== "function") return;
    const icon = String(info?.icon ?? "");
    addWallet({
      id: String(info?.uuid ?? ""),
      name: plain(info?.name || "Wallet").slice(0, 60),
      icon: icon.startsWith("data:image/") ? icon : null,
      provider,
    });
  });
  window.dispatchEvent(new Event("eip6963:requestProvider"));
  addInjected();
  // Some are injected late, and say so.
  window.addEventListener("ethereum#initialized", addInjected, { once: true });
}

function addInjected() {
  const provider = window.ethereum;
  const announced = wallets.some((wallet) => !wallet.test);
  if (announced || typeof provider?.request !== "function") return;
  const name = provider.isMetaMask ? "MetaMask" : provider.isCoinbaseWallet ? "Coinbase Wallet" : "Browser wallet";
  addWallet({ name, icon: null, provider, unnamed: true });
}

/** Asks a wallet, and turns what it answers into something a person understands. */
async function ask(wallet, method, params = []) {
  try {
    return await wallet.provider.request({ method, params });
  } catch (error) {
    const code = error?.code ?? error?.data?.originalError?.code;
    if (code === 4001) throw new Problem("rejected", {}, { code });
    if (code === -32002) throw new Problem("busy", { wallet: wallet.name }, { code });
    const reason = plain(error?.message ?? error).slice(0, 200);
    throw new Problem("wallet_failed", { wallet: wallet.name, reason }, {
      code: error?.data?.originalError?.code ?? code,
    });
  }
}

async function account(wallet) {
  tell(text("connecting", { wallet: wallet.name }));
  const accounts = await ask(wallet, "eth_requestAccounts");
  if (!accounts?.[0]) throw new Problem("no_account", { wallet: wallet.name });
  return accounts[0];
}

/** Brings the wallet to the offer's chain; adds the chain to it where it does not know it. */
async function onChain(wallet, offer, shown) {
  const wanted = chainId(offer);
  const current = async () => Number(await ask(wallet, "eth_chainId"));
  if ((await current()) === wanted) return;
  const values = { wallet: wallet.name, network: shown.network };
  tell(text("switching", values));
  const id = "0x" + wanted.toString(16);
  try {
    await ask(wallet, "wallet_switchEthereumChain", [{ chainId: id }]);
  } catch (problem) {
    if (problem.code !== 4902 || !shown.chain) {
      throw problem.code === 4001 ? problem : new Problem("wrong_network", values);
    }
    await ask(wallet, "wallet_addEthereumChain", [{
      chainId: id,
      chainName: shown.chain.name,
      nativeCurrency: { name: shown.chain.coin, symbol: shown.chain.coin, decimals: 18 },
      rpcUrls: [shown.chain.rpc],
      blockExplorerUrls: [shown.chain.explorer],
    }]);
    // Added, a chain need not be chosen.
    if ((await current()) !== wanted) await ask(wallet, "wallet_switchEthereumChain", [{ chainId: id }]);
  }
  if ((await current()) !== wanted) throw new Problem("wrong_network", values);
}

/** Looks whether the account holds the price, if the wallet can tell. */
async function enough(wallet, from, offer, shown) {
  tell(text("balance"));
  let balance;
  try {
    const data = "0x70a08231" + from.slice(2).toLowerCase().padStart(64, "0");
    balance = BigInt(await wallet.provider.request({ method: "eth_call", params: [{ to: offer.asset, data }, "latest"] }));
  } catch {
    return; // It could not tell. The server will.
  }
  if (balance >= BigInt(offer.amount)) return;
  const values = { token: shown.token, balance: decimal(balance, shown.decimals ?? 0), price: shown.price };
  throw new Problem("poor", values, { link: faucet(shown) });
}

function faucet(shown) {
  return shown.chain?.faucet ? link(shown.chain.faucet, text("faucet", shown)) : null;
}

function decimal(units, decimals) {
  const digits = units.toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const part = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return part ? `${whole}.${part}` : whole;
}
