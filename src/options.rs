//! Options an engine is made with.

use std::collections::BTreeMap;

/// Names and values: each engine knows its own and refuses the others.
#[derive(Clone, Default, Debug)]
pub struct Options(pub BTreeMap<String, String>);
