//! What a route asks.

use std::{sync::Arc, time::Duration};

use alloy_primitives::{Address, B256, keccak256};
use bytes::Bytes;
use http::HeaderValue;
use serde_json::Value;

use super::Identifiers;
use crate::{
    amount::Amount,
    asset::Asset,
    exact::{Checked, ExactPayload, MAX_VALIDITY, Terms, check, check_unproven},
    header,
    payload::PaymentPayload,
    price::{Price, PriceError},
    reason::Reason,
    requirements::{Extra, PaymentRequired, PaymentRequirements},
    resource::ResourceInfo,
    time::UnixSeconds,
    verbatim::Verbatim,
    version::X402Version,
    wire,
};

/// One way to pay for a resource, and what it takes to check a payment for it.
#[derive(Clone, Debug)]
pub struct Offer {
    requirements: Arc<Verbatim<PaymentRequirements>>,
    terms: Terms,
}

impl Offer {
    /// The `maxTimeoutSeconds` of an offer, unless told otherwise: five minutes, as the reference servers have it.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(300);

    /// An `exact` payment of this price in this token to this recipient.
    ///
    /// # Errors
    ///
    /// If the price is no amount of the token.
    pub fn exact(asset: &Asset, price: &Price, pay_to: Address) -> Result<Self, OffersError> {
        Self::exact_amount(asset, price.in_asset(asset).map_err(OffersError::Price)?, pay_to)
    }

    /// An `exact` payment of so many atomic units.
    ///
    /// # Errors
    ///
    /// If the amount is zero: a free route needs no offer.
    pub fn exact_amount(asset: &Asset, amount: Amount, pay_to: Address) -> Result<Self, OffersError> {
        if amount.is_zero() {
            return Err(OffersError::Zero);
        }
        // The client needs the EIP-712 domain to sign.
        let extra: Extra = [("name", asset.name()), ("version", asset.version())]
            .into_iter()
            .map(|(key, text)| (key.to_owned(), Value::from(text)))
            .collect();
        let requirements = PaymentRequirements::exact(
            asset.network(),
            amount,
            asset.address(),
            pay_to,
            Self::DEFAULT_TIMEOUT.as_secs(),
            extra,
        );
        Ok(Self::asked(Arc::new(requirements.into()), asset, pay_to))
    }

    /// What somebody else asks: an `exact` payment in this token to this recipient.
    ///
    /// Whatever they say, it takes no longer than a day: it has to be remembered until it expires.
    pub(super) fn asked(requirements: Arc<Verbatim<PaymentRequirements>>, asset: &Asset, pay_to: Address) -> Self {
        let terms = Terms {
            network: asset.network(),
            asset: asset.address(),
            pay_to,
            value: requirements.amount.as_u256(),
            max_timeout: Duration::from_secs(requirements.max_timeout_seconds).min(MAX_VALIDITY),
            domain: asset.domain(),
        };
        Self { requirements, terms }
    }

    /// How long a payment may take, in whole seconds; at least one.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        let mut requirements = PaymentRequirements::clone(&self.requirements);
        requirements.max_timeout_seconds = timeout.as_secs().max(1);
        self.terms.max_timeout = Duration::from_secs(requirements.max_timeout_seconds);
        self.requirements = Arc::new(requirements.into());
        self
    }

    /// Adds a member to `extra`, for clients that know it. `name` and `version` are the token's and stay.
    #[must_use]
    pub fn extra(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        let key = key.into();
        let mut requirements = PaymentRequirements::clone(&self.requirements);
        if !matches!(key.as_str(), "name" | "version") {
            requirements.extra.insert(key, value.into());
        }
        self.requirements = Arc::new(requirements.into());
        self
    }

    /// What the protocol says of it.
    #[must_use]
    pub fn requirements(&self) -> &Verbatim<PaymentRequirements> {
        &self.requirements
    }

    pub(super) fn shared_requirements(&self) -> Arc<Verbatim<PaymentRequirements>> {
        Arc::clone(&self.requirements)
    }

    pub(super) const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Whether a v2 client's `accepted` is this offer: today's rule of the reference servers. Every member but `extra`
    /// is equal and there are no others, and our `extra` is a part of theirs. Addresses compare as addresses.
    ///
    /// The protocol's code for the first member that differs says how close it came.
    fn matches(&self, accepted: &PaymentRequirements) -> Result<(), Reason> {
        let ours = &*self.requirements;
        if accepted.scheme != ours.scheme {
            return Err(Reason::UNSUPPORTED_SCHEME);
        }
        if accepted.network != ours.network {
            return Err(Reason::INVALID_NETWORK);
        }
        if accepted.asset != ours.asset {
            return Err(Reason::INVALID_PAYMENT_REQUIREMENTS);
        }
        if accepted.pay_to != ours.pay_to {
            return Err(Reason::RECIPIENT_MISMATCH);
        }
        if accepted.amount != ours.amount {
            return Err(Reason::VALUE_MISMATCH);
        }
        let same = accepted.max_timeout_seconds == ours.max_timeout_seconds
            && accepted.unknown == ours.unknown
            && members_within(&ours.extra, &accepted.extra);
        if same { Ok(()) } else { Err(Reason::INVALID_PAYMENT_REQUIREMENTS) }
    }

    /// Whether a v1 payment can be for this offer: v1 names only the scheme and the network.
    fn matches_v1(&self, payload: &PaymentPayload) -> Result<(), Reason> {
        if *payload.scheme() != self.requirements.scheme {
            return Err(Reason::UNSUPPORTED_SCHEME);
        }
        if *payload.network() != self.requirements.network {
            return Err(Reason::INVALID_NETWORK);
        }
        Ok(())
    }

    fn check(&self, payload: &PaymentPayload, now: UnixSeconds, check: Check) -> Result<Checked, Reason> {
        match (payload.accepted(), payload.version()) {
            (Some(accepted), X402Version::V2) => self.matches(accepted)?,
            (None, X402Version::V2) => return Err(Reason::INVALID_PAYLOAD),
            (_, X402Version::V1) => self.matches_v1(payload)?,
        }
        let exact = payload.exact().ok_or(Reason::INVALID_PAYLOAD)?;
        check(exact, &self.terms, payload.version(), now)
    }
}

/// The check of what was signed.
type Check = fn(&ExactPayload, &Terms, X402Version, UnixSeconds) -> Result<Checked, Reason>;

/// Whether every member of `ours` is in `theirs`: objects may have more members there, anything else is equal.
fn members_within(ours: &Extra, theirs: &Extra) -> bool {
    ours.iter().all(|(key, ours)| match (ours, theirs.get(key)) {
        (Value::Object(ours), Some(Value::Object(theirs))) => members_within(ours, theirs),
        (ours, theirs) => theirs == Some(ours),
    })
}

/// What a route asks: a resource, and the ways to pay for it. Cheap to clone.
///
/// The answer to a request without payment is written once, here, so that giving it costs no work.
#[derive(Clone, Debug)]
pub struct Offers(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    identifiers: Option<Identifiers>,
    offers: Vec<Offer>,
    required: PaymentRequired,
    /// The resource again, for what is asked of facilitators.
    resource: Arc<ResourceInfo>,
    resource_hash: B256,
    unpaid_header: HeaderValue,
    unpaid_body: Bytes,
}

impl Offers {
    /// Sells `resource`, named by its public URL or described in full, for any one of these offers.
    ///
    /// The URL is yours to say. It is never guessed from a request's `Host`, which the client chooses.
    ///
    /// # Errors
    ///
    /// If there is no offer: that must not mean "free".
    pub fn new(
        resource: impl Into<ResourceInfo>,
        offers: impl IntoIterator<Item = Offer>,
    ) -> Result<Self, OffersError> {
        let offers: Vec<_> = offers.into_iter().collect();
        if offers.is_empty() {
            return Err(OffersError::Empty);
        }
        let accepts = offers.iter().map(|offer| PaymentRequirements::clone(&offer.requirements));
        let required = PaymentRequired::new(resource.into(), accepts);
        Ok(Self::written(offers, required, None))
    }

    /// Lets payers name their payments, or makes them: a payer that lost a response can then ask for it again with the
    /// same payment. Only v2 payments can be named.
    #[must_use]
    pub fn payment_identifiers(self, identifiers: Identifiers) -> Self {
        let mut required = self.0.required.clone();
        required.extensions = Some(identifiers.declaration().into());
        Self::written(self.0.offers.clone(), required, Some(identifiers))
    }

    /// Writes the answers to a request without payment.
    fn written(offers: Vec<Offer>, required: PaymentRequired, identifiers: Option<Identifiers>) -> Self {
        let in_v1 = required.clone().with_error("X-PAYMENT header is required");
        let in_v2 = required.clone().with_error("Payment required");
        let offers = Self(Arc::new(Inner {
            identifiers,
            resource: Arc::new(ResourceInfo::clone(&required.resource)),
            resource_hash: keccak256(&required.resource.url),
            unpaid_header: header::encode_payment_required(&in_v2),
            unpaid_body: wire::encode_payment_required(&in_v1, X402Version::V1).into(),
            offers,
            required,
        }));
        // The first clone of a `Bytes` allocates what all clones share: here, and not in somebody's request.
        drop(offers.unpaid());
        offers
    }

    pub(super) fn declared_identifiers(&self) -> Option<Identifiers> {
        self.0.identifiers
    }

    /// What is sold.
    #[must_use]
    pub fn resource(&self) -> &ResourceInfo {
        &self.0.resource
    }

    /// The ways to pay.
    #[must_use]
    pub fn offers(&self) -> &[Offer] {
        &self.0.offers
    }

    /// The 402's document, without an `error`.
    #[must_use]
    pub fn required(&self) -> &PaymentRequired {
        &self.0.required
    }

    pub(super) fn shared_resource(&self) -> Arc<ResourceInfo> {
        Arc::clone(&self.0.resource)
    }

    pub(super) fn resource_hash(&self) -> B256 {
        self.0.resource_hash
    }

    pub(super) fn unpaid(&self) -> (HeaderValue, Bytes) {
        (self.0.unpaid_header.clone(), self.0.unpaid_body.clone())
    }

    /// Finds the offer that a payment pays.
    ///
    /// # Errors
    ///
    /// The protocol's code, of the offer that the payment came closest to.
    pub fn check(&self, payload: &PaymentPayload, now: UnixSeconds) -> Result<(&Offer, Checked), Reason> {
        self.check_by(check, payload, now)
    }

    /// As [`check`](Self::check), but a signature that is not the payer's own may be that of a contract wallet. Only if
    /// it fits no offer otherwise: v1 payments do not name their token, and a plain account's signature does.
    pub(super) fn check_of_any(&self, payload: &PaymentPayload, now: UnixSeconds) -> Result<(&Offer, Checked), Reason> {
        match self.check(payload, now) {
            Err(reason) if reason == Reason::INVALID_SIGNATURE => self.check_by(check_unproven, payload, now),
            checked => checked,
        }
    }

    fn check_by(&self, check: Check, payload: &PaymentPayload, now: UnixSeconds) -> Result<(&Offer, Checked), Reason> {
        // A v2 payment may name a resource; then it must be this one (attack 5).
        if payload.resource().is_some_and(|resource| resource.url != self.resource().url) {
            return Err(Reason::INVALID_PAYMENT_REQUIREMENTS);
        }
        let mut closest: Option<Reason> = None;
        for offer in &self.0.offers {
            match offer.check(payload, now, check) {
                Ok(checked) => return Ok((offer, checked)),
                Err(reason) if closest.as_ref().is_none_or(|so_far| depth(so_far) < depth(&reason)) => {
                    closest = Some(reason);
                }
                Err(_) => {}
            }
        }
        Err(closest.unwrap_or(Reason::INVALID_PAYMENT_REQUIREMENTS))
    }
}

/// How far a check came before it failed for this reason; the order of the checks.
fn depth(reason: &Reason) -> usize {
    const ORDER: [Reason; 9] = [
        Reason::UNSUPPORTED_SCHEME,
        Reason::INVALID_NETWORK,
        Reason::INVALID_PAYMENT_REQUIREMENTS,
        Reason::RECIPIENT_MISMATCH,
        Reason::VALUE,
        Reason::VALUE_MISMATCH,
        Reason::VALID_BEFORE,
        Reason::VALID_AFTER,
        Reason::INVALID_SIGNATURE,
    ];
    ORDER.iter().position(|known| known == reason).map_or(0, |position| position + 1)
}

impl From<&str> for ResourceInfo {
    fn from(url: &str) -> Self {
        Self::new(url)
    }
}

impl From<String> for ResourceInfo {
    fn from(url: String) -> Self {
        Self::new(url)
    }
}

/// Offers that make no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OffersError {
    /// No offer at all: that would lock the route, or give it away.
    #[error("a priced route needs at least one offer")]
    Empty,
    /// The price is no amount of the token.
    #[error("the price cannot be asked")]
    Price(#[source] PriceError),
    /// An offer of nothing.
    #[error("an offer asks more than nothing; a free route needs no offer")]
    Zero,
}
