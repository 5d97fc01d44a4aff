//! The prompts that the sandbox knows: descriptions of its token, for those who look for a contract.

use alloy_json_abi::{Function, Param};
use alloy_primitives::{Address, keccak256};
use serde_json::{Value, json};
use uuid::Uuid;
use x402_core::Asset;

use super::shared::State as World;
use super::token;

/// A description of a token, from which contract methods can be made.
pub(super) struct Prompt {
    pub(super) id: Uuid,
    pub(super) chain_id: u64,
    pub(super) contract: Address,
    name: String,
    decimals: u8,
}

const TAGS: [&str; 5] = ["erc20", "stablecoin", "eip3009", "x402", "payment"];

/// What is told of each function, by its signature.
const FUNCTIONS: [(&str, &str); 14] = [
    ("allowance(address,address)", "How much a spender may still take from an owner."),
    ("approve(address,uint256)", "Lets a spender take up to a value from the caller."),
    ("authorizationState(address,bytes32)", "Whether an authorization's nonce has been used or canceled."),
    ("balanceOf(address)", "What an account holds, in atomic units."),
    ("cancelAuthorization(address,bytes32,uint8,bytes32,bytes32)", "Makes a signed authorization worthless."),
    ("decimals()", "How many digits of a value are behind the point."),
    ("name()", "The token's name, which is in its EIP-712 domain too."),
    (
        "receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)",
        "Executes a transfer that its payer has signed; only its payee can.",
    ),
    ("symbol()", "The token's ticker."),
    ("totalSupply()", "What all accounts hold together, in atomic units."),
    ("transfer(address,uint256)", "Sends tokens of the caller to somebody."),
    ("transferFrom(address,address,uint256)", "Sends tokens of an owner who has approved of it to somebody."),
    (
        "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)",
        "Executes a transfer that its payer has signed, with the signature in one piece.",
    ),
    (
        "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)",
        "Executes a transfer that its payer has signed, with the signature in three pieces.",
    ),
];

/// What is told of a parameter, by its name, which means the same in all functions.
const PARAMETERS: [(&str, &str); 14] = [
    ("account", "The account that is asked about."),
    ("authorizer", "The account that signed."),
    ("from", "The account that pays."),
    ("nonce", "32 bytes that the payer chose; each is good once."),
    ("owner", "The account that the tokens belong to."),
    ("r", "The first half of the signature."),
    ("s", "The second half of the signature."),
    ("signature", "The payer's signature, as r, s and v."),
    ("spender", "The account that may take tokens."),
    ("to", "The account that is paid."),
    ("v", "The signature's recovery id: 27 or 28."),
    ("validAfter", "Unix time in seconds before which it is not valid yet."),
    ("validBefore", "Unix time in seconds from which on it is not valid any more."),
    ("value", "How much, in atomic units."),
];

impl Prompt {
    /// All there are, in the order of the chains.
    pub(super) fn catalogue(world: &World) -> Vec<Self> {
        let tokens = world.chains.iter().flat_map(|chain| chain.tokens().iter().map(|token| (chain.id(), token)));
        tokens.map(|(chain_id, token)| Self::of(chain_id, token)).collect()
    }

    fn of(chain_id: u64, token: &Asset) -> Self {
        let contract = token.address();
        let (name, decimals) = (token.symbol().to_owned(), token.decimals());
        Self { id: id("prompt", chain_id, contract), chain_id, contract, name, decimals }
    }

    fn description(&self) -> String {
        let Self { name, decimals, .. } = self;
        format!(
            "The sandbox's {name}, worth nothing: an ERC-20 token with {decimals} decimals whose holders can sign \
             transfers that somebody else submits (EIP-3009). Call transferWithAuthorization to collect an x402 payment."
        )
    }

    /// The functions it describes, with their descriptions.
    pub(super) fn functions() -> impl Iterator<Item = (&'static Function, &'static str)> {
        token::ARTIFACT.abi.functions().filter_map(|function| {
            let signature = function.signature();
            let described = FUNCTIONS.iter().find(|(known, _)| *known == signature);
            described.map(|(_, description)| (function, *description))
        })
    }

    /// What it tells of a parameter.
    pub(super) fn describe(parameter: &str) -> Option<&'static str> {
        let described = PARAMETERS.iter().find(|(name, _)| *name == parameter);
        described.map(|(_, description)| *description)
    }

    /// How many of these words, in lower case, it has.
    pub(super) fn relevance(&self, words: &[String]) -> usize {
        let functions: Vec<&str> = Self::functions().map(|(function, _)| function.name.as_str()).collect();
        let (tags, functions) = (TAGS.join(" "), functions.join(" "));
        let all = format!("{} {} {tags} {functions} {}", self.name, self.description(), self.contract).to_lowercase();
        words.iter().filter(|word| all.contains(word.as_str())).count()
    }

    /// The API's `FullPrompt`.
    pub(super) fn to_json(&self, created: u64) -> Value {
        let functions = Self::functions().map(|(function, description)| {
            json!({
                "name": function.name,
                "description": description,
                "tags": [],
                "inputs": parameters(&function.inputs),
                "outputs": parameters(&function.outputs),
            })
        });
        json!({
            "id": self.id,
            "userId": id("author", self.chain_id, self.contract),
            "chainId": self.chain_id,
            "contractAddress": self.contract.to_string(),
            "name": self.name,
            "description": self.description(),
            "tags": TAGS,
            "image": null,
            "functions": functions.collect::<Vec<_>>(),
            "updated": created,
            "created": created,
        })
    }
}

fn parameters(params: &[Param]) -> Value {
    let parameter = |(index, param): (usize, &Param)| {
        let description = Prompt::describe(&param.name).unwrap_or_default();
        json!({"index": index, "name": param.name, "description": description, "tags": []})
    };
    params.iter().enumerate().map(parameter).collect()
}

/// The same in every sandbox, as the contract's address is.
fn id(of: &str, chain_id: u64, contract: Address) -> Uuid {
    let word = keccak256(format!("{of} {chain_id} {contract}"));
    let bytes = word.first_chunk().expect("a word is twice as long as a UUID");
    uuid::Builder::from_random_bytes(*bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_that_is_described_is_one_of_the_token() {
        let signatures: Vec<String> = Prompt::functions().map(|(function, _)| function.signature()).collect();
        for (described, _) in FUNCTIONS {
            assert!(signatures.iter().any(|signature| signature == described), "{described}");
        }
    }

    #[test]
    fn every_input_of_a_described_function_is_described() {
        for (function, _) in Prompt::functions() {
            for input in &function.inputs {
                assert!(Prompt::describe(&input.name).is_some(), "{} of {}", input.name, function.name);
            }
        }
    }
}
