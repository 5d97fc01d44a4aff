//! A shop that sells one page, and a customer with a key.

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use http::HeaderValue;
use k256::ecdsa::SigningKey;
use x402_core::{
    Asset, Clock, Facilitator, FacilitatorRequest, Network, PaymentPayload, ResourceInfo, SettleResponse,
    SupportedResponse, SystemClock, UnixSeconds, VerifyResponse, X402Version,
    exact::{Authorization, ExactPayload},
    facilitator::FacilitatorError,
    header,
    server::{Offer, Offers},
};

/// Sells a page for five cents in USDC on Base Sepolia, as `examples/premium_server` does.
#[derive(Clone, Debug)]
pub struct Shop {
    offers: Offers,
    asset: Asset,
    opened: UnixSeconds,
    customer: Customer,
}

#[derive(Clone)]
struct Customer {
    key: SigningKey,
    address: Address,
}

impl std::fmt::Debug for Customer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Customer({})", self.address)
    }
}

impl Shop {
    /// Who is paid.
    const RECIPIENT: Address = Address::repeat_byte(0x20);
    /// Long enough for any bench, and no longer than a check allows.
    const VALIDITY: u64 = 3600;

    /// Opens now.
    ///
    /// # Panics
    ///
    /// If the library does not know USDC on Base Sepolia.
    #[must_use]
    pub fn open() -> Self {
        let asset = Asset::usdc(&Network::BASE_SEPOLIA).expect("the table has it");
        let mut resource = ResourceInfo::new("http://127.0.0.1:8402/premium");
        resource.mime_type = Some("text/html".to_owned());
        resource.description = Some("Premium content (sandbox: test money only)".to_owned());
        let price = "$0.05".parse().expect("it is a price");
        let offer = Offer::exact(&asset, &price, Self::RECIPIENT).expect("five cents are an amount of USDC");
        let offers = Offers::new(resource, [offer]).expect("there is an offer");
        Self { offers, asset, opened: SystemClock.now(), customer: Customer::new() }
    }

    /// What is asked.
    #[must_use]
    pub const fn offers(&self) -> &Offers {
        &self.offers
    }

    /// The token.
    #[must_use]
    pub const fn asset(&self) -> &Asset {
        &self.asset
    }

    /// When it opened: payments are valid from then on, for an hour.
    #[must_use]
    pub const fn opened(&self) -> UnixSeconds {
        self.opened
    }

    /// Who pays.
    #[must_use]
    pub const fn customer(&self) -> Address {
        self.customer.address
    }

    /// What the customer signs. Different numbers are different payments.
    #[must_use]
    pub fn authorization(&self, number: u64) -> Authorization {
        Authorization {
            from: self.customer.address,
            to: Self::RECIPIENT,
            value: U256::from(50_000),
            valid_after: U256::ZERO,
            valid_before: U256::from(self.opened.as_secs() + Self::VALIDITY),
            nonce: keccak256(number.to_be_bytes()),
        }
    }

    /// The hash of an authorization, and the customer's signature of it: `r || s || v` with `v` 27 or 28.
    #[must_use]
    pub fn sign(&self, authorization: &Authorization) -> (B256, [u8; 65]) {
        let hash = authorization.signing_hash(&self.asset.domain());
        let (rs, id) = self.customer.key.sign_prehash_recoverable(hash.as_slice());
        let mut signature = [27 + id.to_byte(); 65];
        signature[..64].copy_from_slice(&rs.to_bytes());
        (hash, signature)
    }

    /// A payment header.
    ///
    /// # Panics
    ///
    /// If the shop makes no offer.
    #[must_use]
    pub fn header(&self, version: X402Version, number: u64) -> HeaderValue {
        let authorization = self.authorization(number);
        let (_, signature) = self.sign(&authorization);
        let exact = ExactPayload { authorization, signature: Bytes::copy_from_slice(&signature) };
        let required = self.offers.required();
        header::encode_payment(&match version {
            X402Version::V1 => PaymentPayload::v1(self.asset.network(), exact),
            X402Version::V2 => {
                let accepted = required.accepts.first().expect("there is an offer").clone();
                PaymentPayload::v2(accepted, exact, Some(required.resource.clone()), None)
            }
        })
    }

    /// A payment as a server has read it.
    ///
    /// # Panics
    ///
    /// If the library cannot read what it wrote.
    #[must_use]
    pub fn payment(&self, version: X402Version, number: u64) -> PaymentPayload {
        header::decode_payment(&self.header(version, number)).expect("it was just written")
    }
}

impl Customer {
    fn new() -> Self {
        let key = SigningKey::from_slice(&[0x40; 32]).expect("it is below the order");
        let point = key.verifying_key().to_sec1_point(false);
        let coordinates = point.as_bytes().get(1..).expect("an uncompressed point has 65 bytes");
        Self { address: Address::from_word(keccak256(coordinates)), key }
    }
}

/// A facilitator that settles everything at once, and remembers nothing.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a unit struct that holds nothing")]
pub struct InstantFacilitator;

impl InstantFacilitator {
    fn payer(request: &FacilitatorRequest) -> Address {
        request.exact().map_or(Address::ZERO, |exact| exact.authorization.from)
    }
}

impl Facilitator for InstantFacilitator {
    async fn verify(&self, request: &FacilitatorRequest) -> Result<VerifyResponse, FacilitatorError> {
        Ok(VerifyResponse::valid(Self::payer(request)))
    }

    async fn settle(&self, request: &FacilitatorRequest) -> Result<SettleResponse, FacilitatorError> {
        let network = request.requirements().network.clone();
        Ok(SettleResponse::settled(B256::repeat_byte(1), network, Self::payer(request)))
    }

    async fn supported(&self) -> Result<SupportedResponse, FacilitatorError> {
        Ok(SupportedResponse::new(Vec::new()))
    }
}
