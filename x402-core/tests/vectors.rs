//! EIP-3009 vectors, byte for byte both ways, against two other implementations: whoever made the files, and
//! alloy-sol-types.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics is a test that fails")]

mod support;

use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{Eip712Domain, SolStruct, eip712_domain, sol};
use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;
use serde::Deserialize;
use support::block_on;
use x402_core::{
    Asset, Network, PaymentSigner, Signature, TokenDomain, X402Version,
    exact::Authorization,
    header,
    signature::{SignatureError, backend},
    signer::Transfer,
    wire,
};

sol! {
    #[expect(clippy::exhaustive_structs, reason = "EIP-3009 fixes the fields")]
    struct TransferWithAuthorization {
        address from;
        address to;
        uint256 value;
        uint256 validAfter;
        uint256 validBefore;
        bytes32 nonce;
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    id: String,
    network: String,
    caip2: String,
    private_key: String,
    address: Address,
    domain: Domain,
    primary_type: String,
    message: Message,
    domain_separator: B256,
    struct_hash: B256,
    digest: B256,
    signature: String,
    v: u8,
    r: B256,
    s: B256,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PublicSignature {
    id: String,
    domain: Domain,
    message: Message,
    struct_hash: B256,
    digest: B256,
    signature: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Domain {
    name: String,
    version: String,
    chain_id: u64,
    verifying_contract: Address,
}

impl Domain {
    fn ours(&self) -> TokenDomain {
        TokenDomain::new(&self.name, &self.version, self.chain_id, self.verifying_contract)
    }

    fn alloys(&self) -> Eip712Domain {
        eip712_domain! {
            name: self.name.clone(),
            version: self.version.clone(),
            chain_id: self.chain_id,
            verifying_contract: self.verifying_contract,
        }
    }

    fn asset(&self) -> Asset {
        let (name, version) = (self.name.clone(), self.version.clone());
        Asset::new(self.chain_id, self.verifying_contract, "USDC", name, version, 6)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    from: Address,
    to: Address,
    value: String,
    valid_after: String,
    valid_before: String,
    nonce: B256,
}

impl Message {
    fn ours(&self) -> Authorization {
        let number = |text: &str| U256::from_str_radix(text, 10).unwrap();
        Authorization {
            from: self.from,
            to: self.to,
            value: number(&self.value),
            valid_after: number(&self.valid_after),
            valid_before: number(&self.valid_before),
            nonce: self.nonce,
        }
    }
}

fn alloys(of: &Authorization) -> TransferWithAuthorization {
    TransferWithAuthorization {
        from: of.from,
        to: of.to,
        value: of.value,
        validAfter: of.valid_after,
        validBefore: of.valid_before,
        nonce: of.nonce,
    }
}

fn vectors() -> Vec<Vector> {
    let vectors: Vec<Vector> = serde_json::from_str(include_str!("vectors/eip3009.json")).unwrap();
    assert_eq!(vectors.len(), 10);
    vectors
}

fn public_signatures() -> Vec<PublicSignature> {
    let signatures: Vec<PublicSignature> =
        serde_json::from_str(include_str!("vectors/public_signatures.json")).unwrap();
    assert_eq!(signatures.len(), 2);
    signatures
}

/// Recovers with every implementation there is, and insists that they agree.
fn recover(signature: &Signature, hash: B256) -> Result<Address, SignatureError> {
    let signer = backend::k256(signature, hash);
    #[cfg(feature = "secp256k1")]
    assert_eq!(signer, backend::secp256k1(signature, hash));
    assert_eq!(signer, signature.recover(hash));
    signer
}

#[test]
fn eip_712_separator_struct_hash_and_digest_are_those_of_the_vectors() {
    for vector in vectors() {
        let (domain, message) = (vector.domain.ours(), vector.message.ours());
        assert_eq!(vector.primary_type, "TransferWithAuthorization");
        assert_eq!(domain.separator(), vector.domain_separator, "{}", vector.id);
        assert_eq!(message.struct_hash(), vector.struct_hash, "{}", vector.id);
        assert_eq!(message.signing_hash(&domain), vector.digest, "{}", vector.id);
        assert_eq!(domain.signing_hash(vector.struct_hash), vector.digest, "{}", vector.id);
    }
}

#[test]
fn rfc_6979_a_payment_signer_makes_the_vectors_signature_to_the_byte() {
    for vector in vectors() {
        let signer: PrivateKeySigner = vector.private_key.parse().unwrap();
        assert_eq!(signer.payer(), vector.address, "{}", vector.id);
        let message = vector.message.ours();
        let transfer = Transfer {
            asset: vector.domain.asset(),
            to: message.to,
            value: message.value,
            valid_after: message.valid_after,
            valid_before: message.valid_before,
            nonce: message.nonce,
        };
        let signed = block_on(PaymentSigner::sign(&signer, &transfer)).unwrap();
        // In the edge cases somebody else is named as the payer, whom no signer of ours would name.
        if message.from == vector.address {
            assert_eq!(signed.authorization, message, "{}", vector.id);
            assert_eq!(signed.signature.to_string(), vector.signature, "{}", vector.id);
        }
        let bytes = signer.sign_hash_sync(&vector.digest).unwrap().as_bytes();
        assert_eq!(Signature::from_bytes(&bytes).unwrap().to_string(), vector.signature, "{}", vector.id);
    }
}

#[test]
fn signatures_are_taken_apart_and_put_together_as_the_vectors_are() {
    for vector in vectors() {
        let signature: Signature = vector.signature.parse().unwrap();
        assert_eq!(signature.to_string(), vector.signature, "{}", vector.id);
        assert_eq!((signature.r(), signature.s()), (vector.r, vector.s), "{}", vector.id);
        assert_eq!(signature.v(), vector.v, "{}", vector.id);
        assert_eq!(Signature::from_bytes(&signature.to_bytes()), Ok(signature));
        assert_eq!(recover(&signature, vector.digest), Ok(vector.address), "{}", vector.id);
    }
}

#[test]
fn the_public_signatures_recover_to_their_payers() {
    for public in public_signatures() {
        let message = public.message.ours();
        assert_eq!(message.struct_hash(), public.struct_hash, "{}", public.id);
        assert_eq!(message.signing_hash(&public.domain.ours()), public.digest, "{}", public.id);
        assert_eq!(recover(&public.signature.parse().unwrap(), public.digest), Ok(message.from), "{}", public.id);
    }
}

#[test]
fn a_bit_that_flips_anywhere_recovers_to_somebody_else() {
    let public = public_signatures().remove(0);
    let message = public.message.ours();
    for byte in 0..65 {
        let mut bytes = public.signature.parse::<Signature>().unwrap().to_bytes();
        bytes[byte] ^= 1;
        let signer = Signature::from_bytes(&bytes).and_then(|signature| recover(&signature, public.digest));
        assert_ne!(signer, Ok(message.from), "byte {byte}");
    }
}

#[test]
fn networks_of_the_vectors_have_these_names() {
    for vector in vectors() {
        let network: Network = vector.caip2.parse().unwrap();
        assert_eq!(network.chain_id(), Some(vector.domain.chain_id));
        // Arbitrum has no name in v1.
        if network.chain_id() != Some(42161) {
            assert_eq!(Network::from_v1_name(&vector.network), network, "{}", vector.id);
            assert_eq!(network.v1_name(), Some(&*vector.network));
        }
    }
}

#[test]
fn the_tables_tokens_have_the_vectors_domains() {
    for vector in vectors() {
        let network = vector.caip2.parse().unwrap();
        let known = Asset::known(&network, vector.domain.verifying_contract);
        let Some(known) = known else { panic!("{} is not in the table", vector.id) };
        assert_eq!(known.domain().separator(), vector.domain_separator, "{}", vector.id);
    }
}

#[test]
fn alloy_sol_types_hashes_the_vectors_as_we_do() {
    for vector in vectors() {
        let message = vector.message.ours();
        assert_eq!(alloys(&message).eip712_hash_struct(), message.struct_hash());
        assert_eq!(vector.domain.alloys().separator(), vector.domain.ours().separator());
        assert_eq!(
            alloys(&message).eip712_signing_hash(&vector.domain.alloys()),
            message.signing_hash(&vector.domain.ours())
        );
    }
}

#[test]
fn table_3_2_the_typehashes_are_what_the_hashes_are_made_of() {
    let message = Authorization {
        from: Address::ZERO,
        to: Address::ZERO,
        value: U256::ZERO,
        valid_after: U256::ZERO,
        valid_before: U256::ZERO,
        nonce: B256::ZERO,
    };
    let typehash: B256 = "0x7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267".parse().unwrap();
    let mut words = typehash.to_vec();
    words.resize(7 * 32, 0);
    assert_eq!(message.struct_hash(), keccak256(words));
    assert_eq!(alloys(&message).eip712_type_hash(), typehash);

    let typehash: B256 = "0x8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f".parse().unwrap();
    let mut words = typehash.to_vec();
    words.extend(keccak256("")); // the name
    words.extend(keccak256("")); // the version
    words.resize(5 * 32, 0);
    assert_eq!(TokenDomain::new("", "", 0, Address::ZERO).separator(), keccak256(words));
}

#[derive(Deserialize)]
struct HeaderVector {
    id: String,
    header: String,
    json: String,
    base64: String,
}

#[test]
fn the_header_vectors_decode_and_encode_to_the_byte() {
    let vectors: Vec<HeaderVector> = serde_json::from_str(include_str!("vectors/headers.json")).unwrap();
    assert_eq!(vectors.len(), 6);
    for vector in vectors {
        let value = &HeaderValue::try_from(&vector.base64).unwrap();
        let (encoded, json) = match vector.header.as_str() {
            "payment-required" => {
                let offer = header::decode_payment_required(value).unwrap();
                let json = wire::encode_payment_required(&offer, X402Version::V2);
                (header::encode_payment_required(&offer), json)
            }
            "x-payment" | "payment-signature" => {
                let payment = header::decode_payment(value).unwrap();
                assert_eq!(header::payment_header(payment.version()).as_str(), vector.header);
                (header::encode_payment(&payment), wire::encode_payment_payload(&payment))
            }
            "x-payment-response" | "payment-response" => {
                let name = HeaderName::try_from(&vector.header).unwrap();
                let headers = HeaderMap::from_iter([(name, value.clone())]);
                let receipt = header::read_receipt(&headers).unwrap().unwrap();
                let version = match vector.header.as_str() {
                    "payment-response" => X402Version::V2,
                    _ => X402Version::V1,
                };
                assert_eq!(header::receipt_header(version).as_str(), vector.header);
                (header::encode_receipt(&receipt, version), wire::encode_settle_response(&receipt, version))
            }
            other => panic!("{other}"),
        };
        assert_eq!(String::from_utf8(json).unwrap(), vector.json, "{}", vector.id);
        assert_eq!(encoded, *value, "{}", vector.id);
    }
}

#[test]
fn the_payments_in_the_header_vectors_are_vector_2() {
    let vectors: Vec<HeaderVector> = serde_json::from_str(include_str!("vectors/headers.json")).unwrap();
    let usdc = vectors_domain("base-sepolia-usdc-typical");
    let mut seen = 0;
    for vector in vectors.iter().filter(|vector| ["x-payment", "payment-signature"].contains(&&*vector.header)) {
        let payment = header::decode_payment(&HeaderValue::try_from(&vector.base64).unwrap()).unwrap();
        let exact = payment.exact().unwrap();
        let signature = Signature::from_bytes(&exact.signature).unwrap();
        assert_eq!(recover(&signature, exact.authorization.signing_hash(&usdc)), Ok(exact.authorization.from));
        seen += 1;
    }
    assert_eq!(seen, 2);
}

fn vectors_domain(id: &str) -> TokenDomain {
    vectors().iter().find(|vector| vector.id == id).unwrap().domain.ours()
}

proptest! {
    #[test]
    fn alloy_sol_types_hashes_anything_as_we_do(
        name in ".{0,40}", version in ".{0,8}", chain_id: u64, contract: [u8; 20],
        from: [u8; 20], to: [u8; 20], numbers: [[u64; 4]; 3], nonce: [u8; 32],
    ) {
        let domain = Domain { name, version, chain_id, verifying_contract: contract.into() };
        let [value, valid_after, valid_before] = numbers.map(U256::from_limbs);
        let message = Authorization {
            from: from.into(), to: to.into(), value, valid_after, valid_before, nonce: nonce.into(),
        };
        prop_assert_eq!(domain.alloys().separator(), domain.ours().separator());
        prop_assert_eq!(alloys(&message).eip712_hash_struct(), message.struct_hash());
        prop_assert_eq!(
            alloys(&message).eip712_signing_hash(&domain.alloys()),
            message.signing_hash(&domain.ours())
        );
    }

    #[test]
    fn whoever_signs_is_recovered(key in prop::array::uniform32(1_u8..), hash: [u8; 32]) {
        let signer = PrivateKeySigner::from_bytes(&key.into()).unwrap();
        let bytes = signer.sign_hash_sync(&hash.into()).unwrap().as_bytes();
        let signature = Signature::from_bytes(&bytes).unwrap();
        prop_assert_eq!(recover(&signature, hash.into()), Ok(signer.address()));
    }
}
