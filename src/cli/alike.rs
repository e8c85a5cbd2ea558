//! What a misspelt word was meant to be.

/// The name that is most alike to `word`, by Jaro and Winkler, where it is more alike than `least`, of 1.
pub fn nearest<'a>(
    word: &str,
    names: impl Iterator<Item = &'a str>,
    least: f64,
) -> Option<&'a str> {
    let likeness = |name: &str| strsim::jaro_winkler(word, name);
    names
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
        .filter(|name| likeness(name) > least)
}
