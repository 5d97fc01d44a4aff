"""uxly-1shot-client 1.2.0 against the sandbox's 1Shot API: python oneshot_client.py sync|async"""

import asyncio
import inspect
import json
import os
import queue
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.exceptions import InvalidSignature
from uxly_1shot_client import AsyncClient, Client, verify_webhook

TOKEN = "0x036CbD53842c5426634e7929541eC2318f3dCF7e"
PRICE = 50_000
BUSINESS = os.environ["ONESHOT_BUSINESS_ID"]


async def done(answer):
    """The answer of either client."""
    return await answer if inspect.isawaitable(answer) else answer


def parameter(index, name, kind, **more):
    return {"name": name, "type": kind, "index": index, **more}


def authorization():
    """The parameters of a payment that the sandbox's buyer has signed."""
    return json.loads(subprocess.run(["node", "authorize.mjs"], check=True, capture_output=True).stdout)


class Receiver(ThreadingHTTPServer):
    """Receives webhooks on a free port."""

    def __init__(self):
        bodies = self.bodies = queue.Queue()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                bodies.put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/1shot"


def verified(body, public_key):
    """Whether the client's own code believes a webhook; it raises for those that it does not."""
    try:
        return verify_webhook(body, body["signature"], public_key)
    except InvalidSignature:
        return False


async def end_of(client, transaction):
    """Waits for the end of a transaction."""
    while transaction.status not in ("Completed", "Failed"):
        await asyncio.sleep(0.02)
        transaction = await done(client.transactions.get(transaction.id))
    return transaction


async def execute(client, method, params, memo):
    """Executes and waits for the end of it."""
    transaction = await done(client.contract_methods.execute(method.id, params, memo=memo))
    assert transaction.contract_method_id == method.id
    return await end_of(client, transaction)


async def journey(client, kind):
    methods = client.contract_methods

    wallets = await done(client.wallets.list(BUSINESS, {"chain_id": 84532}))
    wallet = wallets.response[0]
    assert int(wallet.account_balance_details.balance) > 0, "the wallet can pay for gas"
    with_balance = await done(client.wallets.get(wallet.id, include_balances=True))
    assert with_balance.account_address == wallet.account_address

    created = await done(client.wallets.create(BUSINESS, {"chain_id": 84532, "name": f"From Python, {kind}"}))
    updated = await done(client.wallets.update(created.id, {"name": f"Renamed, {kind}"}))
    assert (updated.id, updated.name) == (created.id, f"Renamed, {kind}")
    everything = {"destination_account_address": wallet.account_address, "memo": "all of it"}
    emptied = await end_of(client, await done(client.wallets.transfer(created.id, everything)))
    assert (emptied.status, emptied.memo) == ("Completed", "all of it")
    await done(client.wallets.delete(created.id))
    left = await done(client.wallets.list(BUSINESS, {"chain_id": 84532}))
    assert created.id not in [other.id for other in left.response]

    receiver = Receiver()
    target = {"chain_id": 84532, "contract_address": TOKEN, "wallet_id": wallet.id}
    declaration = {
        **target,
        "name": f"Collect {kind}",
        "description": "Collects a payment",
        "function_name": "transferWithAuthorization",
        "state_mutability": "nonpayable",
        "inputs": [
            parameter(0, "from", "address"),
            parameter(1, "to", "address"),
            parameter(2, "value", "uint"),
            parameter(3, "validAfter", "uint"),
            parameter(4, "validBefore", "uint"),
            parameter(5, "nonce", "bytes", typeSize=32),
            parameter(6, "signature", "bytes"),
        ],
        "outputs": [],
        "callback_url": receiver.url,
    }
    method = await done(methods.create(BUSINESS, declaration))
    assert await done(methods.get(method.id)) == method
    listed = await done(methods.list(BUSINESS, {"name": declaration["name"], "method_type": "write"}))
    assert listed.response == [method] and listed.total_results == 1

    params = authorization()
    assert (await done(methods.test(method.id, params))).success
    forged = await done(methods.test(method.id, {**params, "value": "1"}))
    assert not forged.success and "ERC3009InvalidSignature" in forged.error["message"]
    estimate = await done(methods.estimate(method.id, params))
    assert int(estimate.gas_amount) > 21_000 and estimate.chain_id == 84532
    encoded = await done(methods.encode(method.id, params))
    assert encoded.data.startswith("0xcf092995"), "the selector of the overload with the signature in one piece"

    balance_of = {
        **declaration,
        "callback_url": None,
        "name": f"USDC of somebody {kind}",
        "function_name": "balanceOf",
        "state_mutability": "view",
        "inputs": [parameter(0, "account", "address")],
        "outputs": [parameter(0, "balance", "uint")],
    }
    balance_of = await done(methods.create(BUSINESS, balance_of))
    seller = {"account": params["to"]}
    before = int(await done(methods.read(balance_of.id, seller)))

    paid = await execute(client, method, params, "an order")
    assert paid.status == "Completed" and paid.transaction_hash.startswith("0x")
    assert int(await done(methods.read(balance_of.id, seller))) == before + PRICE
    twice = await execute(client, method, params, "the same order")
    assert twice.status == "Failed", "an authorization is good once"

    # Each is sent by itself, and may overtake the other.
    told = [receiver.bodies.get(timeout=60) for _ in range(2)]
    assert {body["eventName"] for body in told} == {"TransactionExecutionSuccess", "TransactionExecutionFailure"}
    for webhook in told:
        assert verified(webhook, method.public_key)
        assert not verified({**webhook, "data": {**webhook["data"], "chain": 1}}, method.public_key)
    receiver.shutdown()

    # The client asks at an address that is not in the API.
    ours = {"contract_method_id": method.id}
    transactions = await done(client.transactions.list(BUSINESS, ours))
    assert transactions.response == [twice, paid], "the newest comes first"
    failed = await done(client.transactions.list(BUSINESS, {**ours, "status": "Failed"}))
    assert failed.response == [twice]

    renamed = await done(methods.update(method.id, {"name": f"Renamed {kind}", "chain_id": 84532}))
    assert renamed.name == f"Renamed {kind}" and renamed.function_name == method.function_name

    prompts = await done(methods.search_contracts({"query": "collect an x402 payment", "chain_id": 84532}))
    assert prompts[0].contract_address == TOKEN
    assured = await done(methods.create_from_contract(BUSINESS, {**target, "prompt_id": prompts[0].id}))
    assert len(assured) == len(prompts[0].functions)
    assert await done(methods.create_from_contract(BUSINESS, target)) == assured, "nothing is made twice"

    with open("../x402-oneshot/contracts/SandboxUSDC.json", encoding="utf-8") as artifact:
        abi = json.load(artifact)["abi"]
    # The client forwards this as it is, so that the names must be the API's.
    imports = {"chainId": 84532, "contractAddress": TOKEN, "walletId": wallet.id, "abi": abi}
    imported = await done(methods.import_from_abi(BUSINESS, imports))
    assert len(imported) == sum(item["type"] == "function" for item in abi)

    await done(methods.delete(method.id))
    archived = await done(methods.list(BUSINESS, {"name": renamed.name, "status": "archived"}))
    assert [found.id for found in archived.response] == [method.id] and archived.response[0].deleted


async def main(kind):
    make = {"sync": Client, "async": AsyncClient}[kind]
    access = os.environ["ONESHOT_API_KEY"], os.environ["ONESHOT_API_SECRET"]
    client = make(*access, base_url=os.environ["ONESHOT_API_URL"])
    if kind == "sync":
        await journey(client, kind)
    else:
        async with client:
            await journey(client, kind)


asyncio.run(main(sys.argv[1]))
