// A wallet (EIP-1193) over the sandbox's test key. It says yes to everything, and knows nothing but typed data.

function testWallet() {
  const key = BigInt(DATA.test_key);
  const [x, y] = times(key, G);
  const address = "0x" + keccak(word(x) + word(y)).slice(24);
  const answers = {
    eth_requestAccounts: () => [address],
    eth_chainId: () => "0x" + chainId(REQUIRED.accepts[chosenOffer()]).toString(16),
    eth_signTypedData_v4: ([, json]) => "0x" + ecdsa(key, digestOf(JSON.parse(json))),
  };
  return {
    async request({ method, params }) {
      if (!answers[method]) throw { code: 4200, message: "the test wallet cannot do that" };
      return answers[method](params);
    },
  };
}

const hexOf = (words) => Array.from(new TextEncoder().encode(words), (b) => b.toString(16).padStart(2, "0")).join("");

/** The EIP-712 digest of flat structs: of strings, numbers, addresses and words. */
function digestOf({ types, primaryType, domain, message }) {
  const struct = (name, value) => {
    const members = types[name].map((member) => `${member.type} ${member.name}`).join(",");
    const encoded = types[name].map(({ name, type }) => (type === "string" ? keccak(hexOf(value[name])) : word(value[name])));
    return keccak(keccak(hexOf(`${name}(${members})`)) + encoded.join(""));
  };
  return keccak("1901" + struct("EIP712Domain", domain) + struct(primaryType, message));
}
