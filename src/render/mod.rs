//! Synthetic rooms with exact truth: the training pictures, fixtures and study data of this project.
