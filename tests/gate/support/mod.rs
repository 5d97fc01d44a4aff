//! What the tests share: a shop, its facilitator, and what lies between them and their clients.

mod answer;
mod facilitator;
mod forge;
mod halves;
mod latch;
mod shop;
mod sockets;
mod work;

pub(crate) use self::{
    answer::Answer,
    facilitator::{Act, FREE_TEXT, Facilitator},
    forge::{bent, document, encoded, twin},
    halves::Halves,
    latch::{Latch, within},
    shop::{BOTH, CHEAP, NOW, OTHER, PREMIUM, Settings, Shop, buyer, client, head},
    sockets::{Connections, Sockets, Switch},
    work::{CONTENT, Work, handler},
};
