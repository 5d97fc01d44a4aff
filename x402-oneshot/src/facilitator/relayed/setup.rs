//! What a facilitator works with, once it is set up.

use std::{collections::HashMap, sync::Arc};

use alloy_primitives::Address;
use x402_core::{Clock, Network};

use super::account::Pinned;
use crate::{
    BusinessId, Client,
    api::{Reports, WaitPolicy},
};

/// What all clones of a facilitator share.
pub(super) struct Setup {
    pub(super) client: Client,
    pub(super) business: BusinessId,
    /// What settles payments in each token.
    pub(super) pinned: HashMap<(Network, Address), Pinned>,
    pub(super) wait: WaitPolicy,
    pub(super) reports: Reports,
    pub(super) clock: Arc<dyn Clock>,
}
