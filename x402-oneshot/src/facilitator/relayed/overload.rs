//! The two forms of the function that moves the money.

use x402_core::{Signature, exact::ExactPayload};

use crate::api::{MethodParam, ParamType, Params};

/// Which overload of `transferWithAuthorization` a token is called through.
///
/// [EIP-3009](https://eips.ethereum.org/EIPS/eip-3009) defines the one that takes a signature in three parts. Circle
/// has added the other in version 2.2 of its contract. Which of them a token has is for you to say, since it cannot be
/// found out by asking: to a test run, a function that a token does not have looks like one that refuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Overload {
    /// The signature as one text of bytes: the default. Smart wallets can pay too, at a gate that
    /// [takes them](x402_core::server::Gate::contract_wallets).
    #[default]
    Bytes,
    /// The signature as `v`, `r` and `s`, for tokens that have nothing else. Only plain accounts can pay: a signature
    /// that is not of 65 bytes is refused before anything is sent.
    Parts,
}

impl Overload {
    /// The parameters, in the order of the contract.
    pub(super) fn inputs(self) -> Vec<MethodParam> {
        let transfer = [
            MethodParam::new("from", ParamType::Address),
            MethodParam::new("to", ParamType::Address),
            MethodParam::new("value", ParamType::Uint),
            MethodParam::new("validAfter", ParamType::Uint),
            MethodParam::new("validBefore", ParamType::Uint),
            MethodParam::new("nonce", ParamType::Bytes).size(32),
        ];
        let signature = match self {
            Self::Bytes => vec![MethodParam::new("signature", ParamType::Bytes)],
            Self::Parts => vec![
                MethodParam::new("v", ParamType::Uint).size(8),
                MethodParam::new("r", ParamType::Bytes).size(32),
                MethodParam::new("s", ParamType::Bytes).size(32),
            ],
        };
        transfer.into_iter().chain(signature).collect()
    }

    /// The values of one payment; `None` if this overload cannot take its signature.
    pub(super) fn params(self, payment: &ExactPayload) -> Option<Params> {
        let signed = &payment.authorization;
        let transfer = Params::new()
            .address("from", signed.from)
            .address("to", signed.to)
            .uint("value", signed.value)
            .uint("validAfter", signed.valid_after)
            .uint("validBefore", signed.valid_before)
            .bytes("nonce", signed.nonce);
        match self {
            Self::Bytes => Some(transfer.bytes("signature", &payment.signature)),
            Self::Parts => {
                let signature = Signature::from_bytes(&payment.signature).ok()?;
                let v = alloy_primitives::U256::from(signature.v());
                Some(transfer.uint("v", v).bytes("r", signature.r()).bytes("s", signature.s()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{Address, B256, U256};
    use x402_core::exact::Authorization;

    use super::*;

    fn payment(signature: Vec<u8>) -> ExactPayload {
        let authorization = Authorization {
            from: Address::repeat_byte(1),
            to: Address::repeat_byte(2),
            value: U256::from(5),
            valid_after: U256::ZERO,
            valid_before: U256::from(9),
            nonce: B256::repeat_byte(3),
        };
        ExactPayload { authorization, signature: signature.into() }
    }

    fn signature(v: u8) -> Vec<u8> {
        [[4; 32].as_slice(), &[5; 32], &[v]].concat()
    }

    #[test]
    fn each_overload_passes_a_value_for_each_of_its_parameters() {
        for overload in [Overload::Bytes, Overload::Parts] {
            let params = overload.params(&payment(signature(27))).unwrap();
            let values = serde_json::to_value(params).unwrap();
            let mut declared: Vec<_> = overload.inputs().into_iter().map(|input| input.name).collect();
            declared.sort();
            let passed: Vec<_> = values.as_object().unwrap().keys().cloned().collect();
            assert_eq!(passed, declared);
        }
    }

    #[test]
    fn a_signature_is_taken_apart_with_v_as_tokens_want_it() {
        for (v, expected) in [(0, "27"), (1, "28"), (27, "27"), (28, "28")] {
            let params = Overload::Parts.params(&payment(signature(v))).unwrap();
            let values = serde_json::to_value(params).unwrap();
            assert_eq!(values["v"], expected);
            assert_eq!(values["r"], B256::repeat_byte(4).to_string());
            assert_eq!(values["s"], B256::repeat_byte(5).to_string());
        }
    }

    #[test]
    fn what_is_no_plain_signature_cannot_be_taken_apart() {
        let high_s = [[4; 32].as_slice(), &[0xf0; 32], &[27]].concat();
        for bad in [signature(29), signature(26), high_s, vec![], vec![7; 64], vec![7; 66], vec![7; 200]] {
            assert!(Overload::Parts.params(&payment(bad.clone())).is_none(), "{bad:?}");
            assert!(Overload::Bytes.params(&payment(bad)).is_some(), "the token decides");
        }
    }
}
