// Asks the sandbox's 1Shot API what moved.
import assert from "node:assert/strict";

const env = (name) => process.env[name] ?? assert.fail(`${name} is not set; premium_server prints it`);

async function json(path, init) {
  const response = await fetch(`${env("ONESHOT_API_URL")}${path}`, init);
  assert.equal(response.status, 200, `${path} answers ${response.status}`);
  return response.json();
}

/** The transfers `{from, to, value}` of the completed transactions with this hash; without one, of all. */
export async function transfers(hash) {
  const grant = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: env("ONESHOT_API_KEY"),
    client_secret: env("ONESHOT_API_SECRET"),
  });
  const { access_token: token } = await json("/token", { method: "POST", body: grant });
  const path = `/business/${env("ONESHOT_BUSINESS_ID")}/transactions?status=Completed&pageSize=1000`;
  const { response } = await json(path, { headers: { authorization: `Bearer ${token}` } });
  return response
    .filter((transaction) => hash === undefined || transaction.transactionHash === hash)
    .flatMap((transaction) => transaction.logs)
    .filter((log) => log.name === "Transfer")
    .map(({ args: [from, to, value] }) => ({ from, to, value: BigInt(value) }));
}
