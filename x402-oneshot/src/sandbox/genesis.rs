//! The world as it is before the first request.

use std::collections::HashMap;

use x402_core::{Asset, Network};

use super::account::{Account, Credentials};
use super::chain::{BASE_SEPOLIA, Chain};
use super::entropy::Entropy;
use super::error::SandboxError;
use super::network::Facts;
use super::plan::Plan;
use super::requests::RequestCounts;
use super::shared::{Shared, State};
use super::table::{Chains, Wallets};
use super::token;
use super::wallet::Wallet;
use super::webhooks::Webhooks;

/// Those of 1Shot's chains that clients of x402 version 1 have names for: Base, Polygon, Polygon Amoy, Avalanche and
/// Avalanche Fuji, after Base Sepolia.
const CHAINS: [u64; 6] = [BASE_SEPOLIA, 8453, 137, 80002, 43114, 43113];

/// Makes the chains, a funded wallet on each, and the account that they belong to.
pub(super) fn genesis(plan: &Plan) -> Result<(Account, State), SandboxError> {
    let mut entropy = plan.entropy.clone();
    let mut ids: Vec<u64> = CHAINS.to_vec();
    let of_tokens = plan.tokens.iter().filter_map(|token| token.network().chain_id());
    for id in plan.chains.iter().copied().chain(of_tokens) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let home = wallet(&mut entropy, BASE_SEPOLIA, "Sandbox wallet".to_owned(), plan.now);
    let account = Account {
        business_id: entropy.uuid(),
        credentials: Credentials { id: entropy.uuid(), key: entropy.uuid().to_string(), secret: entropy.hex() },
        wallet_id: home.id,
        created: plan.now,
        dialect: plan.settings.dialect,
    };
    let mut wallets = Wallets::default();
    wallets.add(home);
    let mut chains = Chains::default();
    for id in ids {
        if wallets.of_chain(id).is_none() {
            let name = format!("Sandbox wallet on {}", Facts::of(id).name());
            wallets.add(wallet(&mut entropy, id, name, plan.now));
        }
        let mut chain = Chain::new(id, plan.now);
        for wallet in wallets.iter().filter(|wallet| wallet.chain_id == id) {
            chain.fund(wallet.address, plan.settings.wallet_funds);
        }
        let network = Network::eip155(id);
        let wanted: Vec<&Asset> = plan.tokens.iter().filter(|token| token.network() == network).collect();
        let is_free = |token: &Asset| wanted.iter().all(|wanted| wanted.address() != token.address());
        let known = Asset::all_known().filter(|token| token.network() == network && is_free(token));
        for token in known.chain(wanted.iter().copied().cloned()) {
            let address = token.address();
            issue(&mut chain, token, plan).ok_or(SandboxError::Token { chain_id: id, address })?;
        }
        chains.add(chain);
    }
    let state = State {
        chains,
        wallets,
        entropy,
        tokens: HashMap::new(),
        methods: Vec::new(),
        contract_events: Vec::new(),
        grants: Vec::new(),
        transactions: Vec::new(),
        requests: RequestCounts::default(),
        events: Vec::new(),
        webhooks: Webhooks::new(plan.switches.clone()),
    };
    Ok((account, state))
}

/// Puts the world of the start in the place of what has become of it, and ends all faults.
pub(super) fn reset(shared: &Shared) {
    let (_, state) = genesis(&shared.plan).expect("the same plan made the world at the start");
    shared.begin_again(state);
}

fn wallet(entropy: &mut Entropy, chain_id: u64, name: String, now: u64) -> Wallet {
    Wallet::new(entropy, chain_id, name, "Pays for the gas of the sandbox".to_owned(), now)
}

/// Puts a token on its chain and the buyer's share in the buyer's hands.
fn issue(chain: &mut Chain, token: Asset, plan: &Plan) -> Option<()> {
    let (address, share) = (token.address(), token::whole(&token, plan.settings.buyer_funds)?);
    token::deploy(chain, token).ok()?;
    token::mint(chain, address, plan.buyer, share).ok()
}
