//! The rules for claim stores.
//!
//! [`follows_the_table`] tries every cell of the table on [`ClaimStore`](crate::claim::ClaimStore); the others are what
//! the table does not show: copies at once, strangers' tickets, time.

mod fixture;
mod rules;
mod table;

pub use self::{
    fixture::Fixture,
    rules::{
        all, forgets_what_expired, gives_one_of_many_copies, is_exclusive, keeps_what_ended, obeys_only_the_holder,
        remembers_until_it_may_forget,
    },
    table::follows_the_table,
};
