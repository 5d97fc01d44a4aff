//! A chain of one process: state, blocks and execution, over [revm](https://docs.rs/revm).

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::{SolCall, sol};
use revm::bytecode::Bytecode;
use revm::context::result::ResultAndState;
use revm::context::{BlockEnv, TxEnv};
use revm::database::InMemoryDB;
use revm::primitives::TxKind;
use revm::primitives::hardfork::SpecId;
use revm::state::{AccountInfo, EvmState};
use revm::{Context, DatabaseCommit, DatabaseRef, ExecuteEvm, MainBuilder, MainContext};
use uuid::Uuid;
use x402_core::Asset;

use super::delegation::Delegations;
use super::execution::{Done, Execution, Fault};
use super::fees::{BASE_FEE, MAX_FEE, PRIORITY_FEE};
use super::receipt::{Block, Receipt};
use super::{redemption, smart_account};

/// [Base Sepolia](https://chainlist.org/chain/84532), which every sandbox has.
pub(super) const BASE_SEPOLIA: u64 = 84532;

/// The gas of a block, and so the most a transaction may ask for.
pub(super) const BLOCK_GAS: u64 = 30_000_000;

/// What the code of an account begins with that has delegated to a contract
/// ([EIP-7702](https://eips.ethereum.org/EIPS/eip-7702)).
const DELEGATION: [u8; 3] = [0xef, 0x01, 0x00];

sol! {
    function balanceOf(address account) external view returns (uint256);
}

/// What a chain is asked to do.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) value: U256,
    pub(super) input: Bytes,
    pub(super) gas_limit: u64,
}

/// What a wallet is to do on its chain.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) chain_id: u64,
    pub(super) wallet_id: Uuid,
    pub(super) call: Call,
}

pub(super) struct Chain {
    id: u64,
    db: InMemoryDB,
    block: Block,
    timestamp: u64,
    hashed: u64,
    tokens: Vec<Asset>,
}

impl Chain {
    /// A chain whose first block has this timestamp; it has the account that wallets can be upgraded to, and what redeems
    /// delegations.
    pub(super) fn new(id: u64, timestamp: u64) -> Self {
        let (db, block) = (InMemoryDB::default(), Block::first(id));
        let mut chain = Self { id, db, block, timestamp, hashed: 0, tokens: Vec::new() };
        let account = smart_account::ARTIFACT.init_code(&[]);
        chain.deploy(smart_account::ADDRESS, account).expect("the committed bytecode constructs");
        let redeemer = redemption::ARTIFACT.init_code(&[]);
        chain.deploy(redemption::ADDRESS, redeemer).expect("the committed bytecode constructs");
        chain
    }

    pub(super) const fn id(&self) -> u64 {
        self.id
    }

    /// The tokens that the sandbox has put here.
    pub(super) fn tokens(&self) -> &[Asset] {
        &self.tokens
    }

    /// The token at this address.
    pub(super) fn token(&self, address: Address) -> Option<&Asset> {
        self.tokens.iter().find(|token| token.address() == address)
    }

    /// Puts a token on the list, instead of the one that was at its address.
    pub(super) fn add_token(&mut self, token: Asset) {
        self.tokens.retain(|other| other.address() != token.address());
        self.tokens.push(token);
    }

    /// Gives an account so much more of the native currency, in wei.
    pub(super) fn fund(&mut self, account: Address, wei: U256) {
        self.set_balance(account, self.native_balance(account).saturating_add(wei));
    }

    /// Puts a contract at an address of our choice.
    ///
    /// The constructor runs as that address's code, so that what it keeps of `address(this)` and `block.chainid` is
    /// right; what it returns then takes its place.
    pub(super) fn deploy(&mut self, at: Address, init_code: Bytes) -> Result<(), Fault> {
        let constructor = AccountInfo::from_bytecode(Bytecode::new_legacy(init_code)).with_nonce(1);
        self.db.insert_account_info(at, constructor);
        let call = Call { from: Address::ZERO, to: at, value: U256::ZERO, input: Bytes::new(), gas_limit: BLOCK_GAS };
        let done = self.force(&call)?;
        let runtime = Bytecode::new_legacy(done.output);
        let account = AccountInfo::from_bytecode(runtime).with_nonce(1);
        self.db.insert_account_info(at, account);
        Ok(())
    }

    /// The code at an address, empty if there is none.
    pub(super) fn code(&self, address: Address) -> Bytes {
        let Ok(info) = self.db.basic_ref(address);
        info.and_then(|info| info.code).map(|code| code.original_bytes()).unwrap_or_default()
    }

    /// Runs a call free of charge and keeps what it changed: how the sandbox itself acts on the chain.
    pub(super) fn force(&mut self, call: &Call) -> Result<Done, Fault> {
        let (execution, state) = self.run(call, &Delegations::default(), self.timestamp, 0);
        let done = execution.result?;
        if let Some(state) = state {
            self.db.commit(state);
        }
        Ok(done)
    }

    /// Runs a call against the present state, free of charge, and forgets what it changed.
    pub(super) fn call(&self, call: &Call, now: u64) -> Execution {
        self.simulate(call, &Delegations::default(), now)
    }

    /// The same, with code that accounts take for their own before the call.
    pub(super) fn simulate(&self, call: &Call, delegations: &Delegations, now: u64) -> Execution {
        self.run(call, delegations, self.timestamp.max(now), 0).0
    }

    /// The least gas that a call succeeds with, which can be more than what it uses in the end.
    pub(super) fn estimate(&self, call: &Call, delegations: &Delegations, now: u64) -> Result<u64, Fault> {
        let with = |gas_limit| self.simulate(&Call { gas_limit, ..call.clone() }, delegations, now);
        let whole = with(BLOCK_GAS);
        whole.result?;
        let (mut too_little, mut enough) = (whole.gas_used.saturating_sub(1), BLOCK_GAS);
        while too_little + 1 < enough {
            let middle = too_little.midpoint(enough);
            let succeeds = with(middle).result.is_ok();
            (too_little, enough) = if succeeds { (too_little, middle) } else { (middle, enough) };
        }
        Ok(enough)
    }

    /// Starts the next block. Time never runs backwards, whatever the clock does.
    pub(super) fn begin_block(&mut self, now: u64) {
        self.block = self.block.next();
        self.timestamp = self.timestamp.max(now);
    }

    /// Runs a call in the present block and keeps what it changed; the sender pays for the gas. There is no receipt of
    /// what was refused.
    pub(super) fn transact(&mut self, call: &Call, delegations: &Delegations) -> (Execution, Option<Receipt>) {
        let (execution, state) = self.run(call, delegations, self.timestamp, BASE_FEE);
        if let Some(state) = state {
            self.db.commit(state);
        }
        let receipt = self.block.add(&execution, self.timestamp);
        (execution, receipt)
    }

    /// Sets an account's native currency, in wei, and leaves the rest of it alone.
    pub(super) fn set_balance(&mut self, account: Address, wei: U256) {
        let Ok(info) = self.db.basic_ref(account);
        self.db.insert_account_info(account, AccountInfo { balance: wei, ..info.unwrap_or_default() });
    }

    /// Has somebody else make the same call first, in the same block.
    pub(super) fn front_run(&mut self, call: &Call) {
        let from = Address::repeat_byte(0xf0);
        let cost = call.value.saturating_add(U256::from(call.gas_limit) * U256::from(MAX_FEE));
        self.fund(from, cost);
        // It may revert too; then there was no race to win.
        let _ = self.transact(&Call { from, ..call.clone() }, &Delegations::default());
    }

    /// Has transactions get hashes that none of another chain with the same id had.
    pub(super) fn hash_on(&mut self, before: &Self) {
        self.hashed = before.hashed;
    }

    /// A hash that no other transaction of this chain has.
    pub(super) fn next_hash(&mut self, call: &Call) -> B256 {
        self.hashed += 1;
        let mut preimage = Vec::with_capacity(88 + call.input.len());
        preimage.extend_from_slice(&self.id.to_be_bytes());
        preimage.extend_from_slice(&self.hashed.to_be_bytes());
        preimage.extend_from_slice(call.from.as_slice());
        preimage.extend_from_slice(call.to.as_slice());
        preimage.extend_from_slice(&call.value.to_be_bytes::<32>());
        preimage.extend_from_slice(&call.input);
        keccak256(preimage)
    }

    /// The native balance in wei.
    pub(super) fn native_balance(&self, account: Address) -> U256 {
        let Ok(info) = self.db.basic_ref(account);
        info.map_or(U256::ZERO, |info| info.balance)
    }

    /// The contract whose code an account has taken for its own.
    pub(super) fn delegate_of(&self, account: Address) -> Option<Address> {
        self.code(account).strip_prefix(&DELEGATION).and_then(|rest| Address::try_from(rest).ok())
    }

    /// The balance that a token's contract reports, `None` when there is no such contract.
    pub(super) fn balance_of(&self, token: Address, account: Address) -> Option<U256> {
        let call = Call {
            from: Address::ZERO,
            to: token,
            value: U256::ZERO,
            input: balanceOfCall { account }.abi_encode().into(),
            gas_limit: BLOCK_GAS,
        };
        let done = self.call(&call, self.timestamp).result.ok()?;
        balanceOfCall::abi_decode_returns(&done.output).ok()
    }

    /// A base fee of zero makes the call free.
    fn run(
        &self,
        call: &Call,
        delegations: &Delegations,
        timestamp: u64,
        base_fee: u64,
    ) -> (Execution, Option<EvmState>) {
        let Ok(sender) = self.db.basic_ref(call.from);
        let nonce = sender.map_or(0, |info| info.nonce);
        let authorizations = delegations.of(call.from, nonce);
        let fee = if base_fee == 0 { (0, 0) } else { (MAX_FEE, PRIORITY_FEE) };
        let mut tx = TxEnv {
            tx_type: 2,
            caller: call.from,
            gas_limit: call.gas_limit,
            gas_price: fee.0.into(),
            gas_priority_fee: Some(fee.1.into()),
            kind: TxKind::Call(call.to),
            value: call.value,
            data: call.input.clone(),
            nonce,
            chain_id: Some(self.id),
            ..TxEnv::default()
        };
        if !authorizations.is_empty() {
            tx.tx_type = 4;
            tx.set_recovered_authorization(authorizations);
        }
        let block = BlockEnv {
            number: U256::from(self.block.number),
            timestamp: U256::from(timestamp),
            gas_limit: BLOCK_GAS,
            basefee: base_fee,
            prevrandao: Some(B256::ZERO),
            ..BlockEnv::default()
        };
        let mut evm = Context::mainnet()
            .with_ref_db(&self.db)
            .modify_cfg_chained(|cfg| {
                cfg.chain_id = self.id;
                cfg.set_spec_and_mainnet_gas_params(SpecId::PRAGUE);
            })
            .with_block(block)
            .build_mainnet();
        match evm.transact(tx) {
            Ok(ResultAndState { result, state }) => (result.into(), Some(state)),
            Err(refusal) => {
                let result = Err(Fault::Refused(refusal.to_string()));
                (Execution { gas_used: 0, result }, None)
            }
        }
    }
}
