// Wallets that stand in a page (EIP-1193, EIP-6963) and whose keys are here, with viem.
import { privateKeyToAccount } from "viem/accounts";

const BASE_SEPOLIA = "0x14a34";

/** What runs in the page, before anything of its own. */
function inject(injected, announced) {
  const calls = new Map();
  let next = 0;
  const provider = (name) => ({
    request: ({ method, params = [] }) =>
      new Promise((resolve, reject) => {
        calls.set(next, { resolve, reject });
        window.walletCall(JSON.stringify({ id: next++, name, method, params }));
      }),
  });
  window.walletAnswer = (id, error, value) => (error ? calls.get(id).reject(error) : calls.get(id).resolve(value));
  if (injected) window.ethereum = provider(injected);
  for (const { name, icon } of announced) {
    const detail = Object.freeze({ info: { uuid: name, name, icon, rdns: "example.wallet" }, provider: provider(name) });
    const announce = () => window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
    window.addEventListener("eip6963:requestProvider", announce);
    announce();
  }
}

/**
 * Puts wallets into a tab's pages. `behave` overrides what the wallets answer, by method: a value, or an error with a
 * `code`. Gives the calls that were made.
 */
export async function addWallets(tab, key, { injected = null, announced = [], chain = BASE_SEPOLIA, behave = {} }) {
  const account = privateKeyToAccount(key);
  const calls = [];
  const known = new Set([BASE_SEPOLIA, chain]);
  const answers = {
    eth_requestAccounts: () => [account.address],
    eth_chainId: () => chain,
    eth_call: () => "0x" + (1_000_000_000n).toString(16).padStart(64, "0"),
    wallet_switchEthereumChain: ([{ chainId }]) => {
      if (!known.has(chainId)) throw { code: 4902, message: "Unrecognized chain ID" };
      chain = chainId;
      return null;
    },
    wallet_addEthereumChain: ([{ chainId }]) => known.add(chainId) && null,
    eth_signTypedData_v4: ([from, json]) => {
      const { domain, types, primaryType, message } = JSON.parse(json);
      if (from !== account.address || chain !== BASE_SEPOLIA) throw { code: 4100, message: "not here" };
      return account.signTypedData({ domain, types, primaryType, message });
    },
    ...behave,
  };
  tab.on("Runtime.bindingCalled", async ({ payload }) => {
    const { id, name, method, params } = JSON.parse(payload);
    calls.push({ name, method, params });
    let error = null;
    let value = null;
    try {
      value = await answers[method](params, known);
    } catch (thrown) {
      error = { code: thrown.code, message: String(thrown.message) };
    }
    const answer = [id, error, value].map((part) => JSON.stringify(part ?? null)).join(",");
    await tab.evaluate(`walletAnswer(${answer})`).catch(() => {});
  });
  await tab.send("Runtime.addBinding", { name: "walletCall" });
  const source = `(${inject})(${JSON.stringify(injected)}, ${JSON.stringify(announced)})`;
  await tab.send("Page.addScriptToEvaluateOnNewDocument", { source });
  return { calls, address: account.address, methods: () => calls.map((call) => call.method) };
}
