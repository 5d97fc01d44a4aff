//! What the sandbox's chain says, asked through its 1Shot API.

use alloy_primitives::{Address, U256, address};
use x402_core::Network;
use x402_oneshot::{
    BusinessId, Client, Config, Credentials,
    api::{MethodParam, NewContractMethod, ParamType, Params, StateMutability, Transaction},
};

use crate::server::Server;

pub(crate) const USDC: Address = address!("0x036CbD53842c5426634e7929541eC2318f3dCF7e");

/// The 1Shot API of a server's sandbox.
pub(crate) struct Books {
    client: Client,
    business: BusinessId,
}

impl Books {
    /// With the credentials that the server printed.
    pub(crate) fn of(sandbox: &Server) -> Self {
        let credentials = Credentials::new(sandbox.fact("api key:"), sandbox.fact("api secret:"));
        let config = Config::new(credentials).base_url(sandbox.api_url()).unwrap();
        let business = sandbox.fact("business id:").parse().unwrap();
        Self { client: Client::new(config).unwrap(), business }
    }

    /// An account's USDC, in atomic units.
    pub(crate) async fn balance(&self, account: Address) -> u64 {
        let wallets = self.client.wallets().list(self.business).send().await.unwrap();
        let chain = Network::BASE_SEPOLIA.chain_id().unwrap();
        let reader = NewContractMethod::new(chain, USDC, wallets.response[0].id, "balanceOf")
            .state_mutability(StateMutability::View)
            .input(MethodParam::new("account", ParamType::Address))
            .output(MethodParam::new("balance", ParamType::Uint));
        let reader = self.client.methods().create(self.business, &reader).await.unwrap();
        let run = Params::new().address("account", account);
        let outcome = self.client.methods().test(reader.id, run).await.unwrap();
        let balance: U256 = outcome.result.unwrap()["balance"].as_str().unwrap().parse().unwrap();
        balance.to()
    }

    /// Every transaction, the newest first.
    pub(crate) async fn transactions(&self) -> Vec<Transaction> {
        self.client.transactions().list(self.business).send().await.unwrap().response
    }

    /// How many contract methods there are that transfer.
    pub(crate) async fn transfer_methods(&self) -> usize {
        let methods = self.client.methods().list(self.business).send().await.unwrap().response;
        methods.iter().filter(|method| method.function_name == "transferWithAuthorization").count()
    }
}
