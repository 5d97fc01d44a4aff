//! Where the crates meet for tests. The README's snippets are among them.
#![cfg_attr(doctest, doc = include_str!("../README.md"))]
