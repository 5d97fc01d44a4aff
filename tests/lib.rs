//! Where the crates meet for tests. The README's snippets are among them:
#![doc = include_str!("../README.md")]
