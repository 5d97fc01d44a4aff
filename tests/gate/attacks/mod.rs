//! The published attacks, by their number in the table of known ones. 4 is in `copies`; 7 and 22 are also, order by
//! order and fault by fault, in `orders` and `faults`.

mod malformed;
mod replayed;
mod seller;
mod settlement;
mod upstream;
mod webhook;
