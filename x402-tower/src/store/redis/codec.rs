//! How a state is written: one letter, and what belongs to it in binary.
//!
//! Redis keeps a hash compact while each value is 64 bytes or shorter; with its network written out a settled state
//! would be 65.

use alloy_primitives::{Address, B256};
use x402_core::{Network, Reason, claim::ClaimState, settlement::Receipt};

/// Nothing has been asked.
const CLAIMED: u8 = b'c';
/// The facilitator is being asked.
const SETTLING: u8 = b'a';
/// Then: transaction, payer, and the network: its chain id, or all of it where it has none.
const SETTLED: u8 = b's';
const DELIVERED: u8 = b'd';
/// Then: the reason.
const REJECTED: u8 = b'r';
/// Then: the transaction, or nothing.
const UNKNOWN: u8 = b'u';

pub(super) fn encode(state: &ClaimState) -> Vec<u8> {
    match state {
        ClaimState::Claimed => vec![CLAIMED],
        ClaimState::Settling => vec![SETTLING],
        ClaimState::Settled(Receipt { transaction, network, payer, .. }) => {
            let network = network.chain_id().map_or_else(|| network.to_string(), |id| id.to_string());
            [&[SETTLED], transaction.as_slice(), payer.as_slice(), network.as_bytes()].concat()
        }
        ClaimState::Delivered => vec![DELIVERED],
        ClaimState::Rejected(reason) => [&[REJECTED], reason.as_str().as_bytes()].concat(),
        ClaimState::Unknown(None) => vec![UNKNOWN],
        ClaimState::Unknown(Some(transaction)) => [&[UNKNOWN], transaction.as_slice()].concat(),
    }
}

/// `None` if somebody else wrote it.
pub(super) fn decode(written: &[u8]) -> Option<ClaimState> {
    let (letter, rest) = written.split_first()?;
    match (*letter, rest.len()) {
        (CLAIMED, 0) => Some(ClaimState::Claimed),
        (SETTLING, 0) => Some(ClaimState::Settling),
        (SETTLED, _) => receipt(rest).map(ClaimState::Settled),
        (DELIVERED, 0) => Some(ClaimState::Delivered),
        (REJECTED, _) => Reason::parse(std::str::from_utf8(rest).ok()?).map(ClaimState::Rejected),
        (UNKNOWN, 0) => Some(ClaimState::Unknown(None)),
        (UNKNOWN, _) => B256::try_from(rest).ok().map(|transaction| ClaimState::Unknown(Some(transaction))),
        _ => None,
    }
}

fn receipt(written: &[u8]) -> Option<Receipt> {
    let (transaction, rest) = written.split_at_checked(B256::len_bytes())?;
    let (payer, network) = rest.split_at_checked(Address::len_bytes())?;
    let network = match std::str::from_utf8(network).ok()? {
        "" => return None,
        text => text.parse().map_or_else(|_| Network::from_v1_name(text), Network::eip155),
    };
    Some(Receipt::new(B256::try_from(transaction).ok()?, network, Address::try_from(payer).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(network: Network) -> ClaimState {
        ClaimState::Settled(Receipt::new(B256::repeat_byte(0x0a), network, Address::repeat_byte(0xff)))
    }

    #[test]
    fn what_is_settled_on_a_chain_is_short_enough_for_redis_to_keep_compact() {
        assert!(encode(&settled(Network::eip155(99_999_999_999))).len() <= 64);
    }

    #[test]
    fn every_state_is_read_as_it_was_written() {
        let transaction = B256::repeat_byte(0x0a);
        for state in [
            ClaimState::Claimed,
            ClaimState::Settling,
            settled(Network::BASE_SEPOLIA),
            settled("solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp".parse().unwrap()),
            settled(Network::from_v1_name("solana")),
            ClaimState::Delivered,
            ClaimState::Rejected(Reason::INSUFFICIENT_FUNDS),
            ClaimState::Unknown(None),
            ClaimState::Unknown(Some(transaction)),
        ] {
            assert_eq!(decode(&encode(&state)), Some(state));
        }
    }

    #[test]
    fn what_nobody_of_ours_wrote_is_no_state() {
        let short = [&[SETTLED][..], &[7; 51]].concat();
        let nowhere = [&[SETTLED][..], &[7; 52]].concat();
        for written in [b"", &b"x"[..], b"cc", b"d1", b"r", b"rNot A Code", b"r\xff", b"u123", &short, &nowhere] {
            assert_eq!(decode(written), None, "{written:?}");
        }
    }
}
