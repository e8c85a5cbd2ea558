//! Which photos are measured, and what is known of their truth.
