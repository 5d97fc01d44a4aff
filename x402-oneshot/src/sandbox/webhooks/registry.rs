//! Who is told of what.

use uuid::Uuid;

use super::callback::Callback;
use super::delivery::Delivery;
use super::endpoint::Endpoint;
use super::key::Keys;
use super::switches::Switches;
use super::target::Target;
use super::trigger::{EXECUTION, Trigger};
use crate::sandbox::entropy::Entropy;
use crate::sandbox::failure::Failure;
use crate::sandbox::method::Method;

/// What webhooks there are.
#[derive(Default)]
pub(in crate::sandbox) struct Webhooks {
    pub(super) keys: Keys,
    /// Oldest first.
    pub(super) endpoints: Vec<Endpoint>,
    /// Oldest first.
    pub(super) triggers: Vec<Trigger>,
    /// Oldest first.
    pub(super) deliveries: Vec<Delivery>,
    /// What the courier has not fetched yet.
    pub(super) outbox: Vec<Uuid>,
    /// How many of the sandbox's events have been told.
    pub(super) told: usize,
    pub(in crate::sandbox) switches: Switches,
}

impl Webhooks {
    /// Nobody is told of anything yet.
    pub(in crate::sandbox) fn new(switches: Switches) -> Self {
        Self { switches, ..Self::default() }
    }

    /// The endpoint with this id.
    pub(super) fn endpoint(&mut self, id: Uuid) -> Result<&mut Endpoint, Failure> {
        let endpoint = self.endpoints.iter_mut().find(|endpoint| endpoint.id == id);
        endpoint.ok_or_else(|| Failure::unknown_entity("no webhook endpoint has this id"))
    }

    /// The trigger with this id.
    pub(super) fn trigger(&mut self, id: Uuid) -> Result<&mut Trigger, Failure> {
        self.triggers.iter_mut().find(|trigger| trigger.id == id).ok_or_else(unknown_trigger)
    }

    /// The webhook with this id.
    pub(super) fn delivery(&mut self, id: Uuid) -> Result<&mut Delivery, Failure> {
        let delivery = self.deliveries.iter_mut().find(|delivery| delivery.view.id == id);
        delivery.ok_or_else(|| Failure::unknown_entity("no webhook has this id"))
    }

    pub(super) fn add_endpoint(
        &mut self,
        target: Target,
        name: String,
        description: String,
        entropy: &mut Entropy,
        now: u64,
    ) -> Uuid {
        let id = entropy.uuid();
        let public_key = self.keys.of(&target, entropy).public_key();
        self.endpoints.push(Endpoint::new(id, target, name, description, public_key, now));
        id
    }

    /// Removes an endpoint and its triggers.
    pub(super) fn remove_endpoint(&mut self, id: Uuid) -> Result<(), Failure> {
        self.endpoint(id)?;
        self.endpoints.retain(|endpoint| endpoint.id != id);
        self.triggers.retain(|trigger| trigger.endpoint != id);
        Ok(())
    }

    pub(super) fn remove_trigger(&mut self, id: Uuid) -> Result<(), Failure> {
        self.trigger(id)?;
        self.triggers.retain(|trigger| trigger.id != id);
        Ok(())
    }

    /// Gives an endpoint's URL another key pair: all endpoints and contract methods with that URL show the new one.
    pub(super) fn rotate(
        &mut self,
        id: Uuid,
        methods: &mut [Method],
        entropy: &mut Entropy,
        now: u64,
    ) -> Result<(), Failure> {
        let target = self.endpoint(id)?.target.clone();
        let public_key = self.keys.rotate(&target, entropy);
        for endpoint in self.endpoints.iter_mut().filter(|endpoint| endpoint.target == target) {
            (endpoint.public_key, endpoint.updated) = (public_key, now);
        }
        let callbacks = methods.iter_mut().filter_map(|method| method.callback_url.as_mut());
        for callback in callbacks.filter(|callback| callback.target == target) {
            callback.public_key = public_key;
        }
        Ok(())
    }

    /// Has a contract method's executions told to its `callbackUrl`.
    pub(in crate::sandbox) fn subscribe(
        &mut self,
        method: (Uuid, &str),
        url: String,
        entropy: &mut Entropy,
        now: u64,
    ) -> Result<Callback, Failure> {
        let target = Target::parse(url, "callbackUrl")?;
        let (method, name) = method;
        let endpoint = match self.endpoints.iter().find(|endpoint| endpoint.target == target) {
            Some(endpoint) => endpoint.id,
            None => self.add_endpoint(target.clone(), CALLBACKS.to_owned(), String::new(), entropy, now),
        };
        self.unsubscribe(method);
        self.triggers.push(Trigger {
            id: entropy.uuid(),
            endpoint,
            name: format!("Callback of {name}"),
            description: String::new(),
            events: EXECUTION.to_vec(),
            methods: vec![method],
            callback_of: Some(method),
            created: now,
            updated: now,
        });
        let public_key = self.keys.of(&target, entropy).public_key();
        Ok(Callback { target, public_key })
    }

    /// Ends what [`subscribe`](Self::subscribe) began; the endpoint stays.
    pub(in crate::sandbox) fn unsubscribe(&mut self, method: Uuid) {
        self.triggers.retain(|trigger| trigger.callback_of != Some(method));
    }
}

/// The name of an endpoint that was made for a contract method.
const CALLBACKS: &str = "Callbacks of contract methods";

fn unknown_trigger() -> Failure {
    Failure::unknown_entity("no webhook trigger has this id")
}
