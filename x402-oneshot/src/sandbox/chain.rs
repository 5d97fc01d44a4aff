//! A chain of one process: state, blocks and execution, over [revm](https://docs.rs/revm).

use alloy_primitives::{Address, B256, Bytes, Log, U256, keccak256};
use alloy_sol_types::{SolCall, sol};
use revm::bytecode::Bytecode;
use revm::context::result::{ExecutionResult, ResultAndState};
use revm::context::{BlockEnv, TxEnv};
use revm::database::InMemoryDB;
use revm::primitives::TxKind;
use revm::primitives::hardfork::SpecId;
use revm::state::{AccountInfo, EvmState};
use revm::{Context, DatabaseCommit, DatabaseRef, ExecuteEvm, MainBuilder, MainContext};
use uuid::Uuid;
use x402_core::Asset;

/// [Base Sepolia](https://chainlist.org/chain/84532), which every sandbox has.
pub(super) const BASE_SEPOLIA: u64 = 84532;

/// Wei per gas that every block asks for.
pub(super) const BASE_FEE: u64 = 1_000_000;

/// Wei per gas that the relayer adds for the proposer.
pub(super) const PRIORITY_FEE: u64 = 100_000;

/// Wei per gas that the relayer offers at most.
pub(super) const MAX_FEE: u64 = 2 * BASE_FEE + PRIORITY_FEE;

/// The gas of a block, and so the most a transaction may ask for.
pub(super) const BLOCK_GAS: u64 = 30_000_000;

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

/// What came of a [`Call`].
#[derive(Debug)]
pub(super) struct Execution {
    pub(super) gas_used: u64,
    pub(super) result: Result<Done, Fault>,
}

/// A call that did what it was asked.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) output: Bytes,
    pub(super) logs: Vec<Log>,
}

/// Why a call did nothing.
#[derive(Debug)]
pub(super) enum Fault {
    /// The contract said no, with this data.
    Reverted(Bytes),
    /// The EVM stopped it: out of gas, an invalid opcode and so on.
    Halted(String),
    /// It never ran: it could not pay, or asked for more gas than there is.
    Refused(String),
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
    number: u64,
    timestamp: u64,
    hashed: u64,
    tokens: Vec<Asset>,
}

impl Chain {
    /// A chain whose first block has this timestamp.
    pub(super) fn new(id: u64, timestamp: u64) -> Self {
        Self { id, db: InMemoryDB::default(), number: 1, timestamp, hashed: 0, tokens: Vec::new() }
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
        let Ok(info) = self.db.basic_ref(account);
        let mut info = info.unwrap_or_default();
        info.balance = info.balance.saturating_add(wei);
        self.db.insert_account_info(account, info);
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
        let (execution, state) = self.run(call, self.timestamp, 0);
        let done = execution.result?;
        if let Some(state) = state {
            self.db.commit(state);
        }
        Ok(done)
    }

    /// Runs a call against the present state, free of charge, and forgets what it changed.
    pub(super) fn call(&self, call: &Call, now: u64) -> Execution {
        self.run(call, self.timestamp.max(now), 0).0
    }

    /// Starts the next block. Time never runs backwards, whatever the clock does.
    pub(super) fn begin_block(&mut self, now: u64) {
        self.number += 1;
        self.timestamp = self.timestamp.max(now);
    }

    /// Runs a call in the present block and keeps what it changed; the sender pays for the gas.
    pub(super) fn transact(&mut self, call: &Call) -> Execution {
        let (execution, state) = self.run(call, self.timestamp, BASE_FEE);
        if let Some(state) = state {
            self.db.commit(state);
        }
        execution
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
    fn run(&self, call: &Call, timestamp: u64, base_fee: u64) -> (Execution, Option<EvmState>) {
        let Ok(sender) = self.db.basic_ref(call.from);
        let fee = if base_fee == 0 { (0, 0) } else { (MAX_FEE, PRIORITY_FEE) };
        let tx = TxEnv {
            tx_type: 2,
            caller: call.from,
            gas_limit: call.gas_limit,
            gas_price: fee.0.into(),
            gas_priority_fee: Some(fee.1.into()),
            kind: TxKind::Call(call.to),
            value: call.value,
            data: call.input.clone(),
            nonce: sender.map_or(0, |info| info.nonce),
            chain_id: Some(self.id),
            ..TxEnv::default()
        };
        let block = BlockEnv {
            number: U256::from(self.number),
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

impl From<ExecutionResult> for Execution {
    fn from(result: ExecutionResult) -> Self {
        let gas_used = result.tx_gas_used();
        let result = match result {
            ExecutionResult::Success { output, logs, .. } => Ok(Done { output: output.into_data(), logs }),
            ExecutionResult::Revert { output, .. } => Err(Fault::Reverted(output)),
            ExecutionResult::Halt { reason, .. } => Err(Fault::Halted(format!("{reason:?}"))),
        };
        Self { gas_used, result }
    }
}
