//! The command line: raw arguments, parsed and nothing else.
