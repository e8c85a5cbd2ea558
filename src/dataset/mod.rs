//! Which photos are measured, and what is known of their truth.
//!
//! A photo's **identity** is its path relative to the folder it was found in (or the path as given), with forward
//! slashes, extension included. Ground truth and user-known values are joined to photos by identity, see [`join`].

pub mod join;
pub mod known;
pub mod names;
pub mod records;
pub mod shard;
pub mod truth;
pub mod units;
pub mod walk;

pub use known::KnownValues;
pub use shard::Shard;
pub use truth::{GroundTruth, Truth};
pub use walk::{Case, Found, Sources, WalkError, find_cases};
