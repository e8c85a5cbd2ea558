//! The one serialisable result of a run, and the pure functions that show it.

mod anonymous;
pub(crate) mod axis;
pub mod comparison;
pub mod comparison_text;
pub mod csv;
pub mod gate_outcome;
pub mod html;
pub mod json;
pub mod json_schema;
pub mod junit;
pub mod markdown;
pub mod pictures;
pub mod schema;
pub mod table;
mod wording;

pub use anonymous::anonymise;
pub use schema::Report;
pub use wording::{
    duration, escaped_markdown, escaped_xml, gate as gate_line, gates_missed, percent,
    status as status_word, why,
};

#[cfg(test)]
pub(crate) mod sample;
