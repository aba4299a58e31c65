//! Finds the kinds and lines of the commands in a file that the parser refuses, by counting parentheses.

use serde::Serialize;

/// A command that has not been parsed.
#[derive(Serialize, Debug, PartialEq)]
pub struct Unparsed {
    #[serde(rename = "type")]
    kind: &'static str,
    /// The first word of the command: `assert_return`, `module`, ...
    what: String,
    line: u32,
}

/// Returns all top-level forms.
pub fn commands(text: &str) -> Vec<Unparsed> {
    let mut commands = Vec::new();
    let (mut depth, mut line, mut at) = (0usize, 1u32, 0usize);
    let bytes = text.as_bytes();
    while at < bytes.len() {
        let rest = &bytes[at..];
        let length = match rest[0] {
            b'"' => string(rest),
            b';' if rest.starts_with(b";;") => rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len()),
            b'(' if rest.starts_with(b"(;") => comment(rest),
            b'(' => {
                if depth == 0 {
                    commands.push(Unparsed { kind: "unparsed", what: word(&text[at + 1..]), line });
                }
                depth += 1;
                1
            }
            b')' => {
                depth = depth.saturating_sub(1);
                1
            }
            _ => 1,
        };
        line += rest[..length].iter().filter(|b| **b == b'\n').count() as u32;
        at += length;
    }
    commands
}

/// Returns the first word of a text.
fn word(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// Returns the length of the string literal at the start of a text, with its quotes.
fn string(text: &[u8]) -> usize {
    let mut at = 1;
    while at < text.len() && text[at] != b'"' {
        at += if text[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(text.len())
}

/// Returns the length of the block comment at the start of a text. Block comments can be nested.
fn comment(text: &[u8]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        let step = match &text[at..] {
            [b'(', b';', ..] => {
                depth += 1;
                2
            }
            [b';', b')', ..] => {
                depth -= 1;
                2
            }
            _ => 1,
        };
        at += step;
        if depth == 0 {
            break;
        }
    }
    at.min(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parentheses_in_strings_and_comments_do_not_count() {
        let found = commands("(module \")(\" ;; (no)\n)\n(; (no) (; nor ;) this ;)\n( assert_trap (invoke \"\\\"(\"))");
        let found: Vec<_> = found.iter().map(|c| (c.what.as_str(), c.line)).collect();
        assert_eq!(found, [("module", 1), ("assert_trap", 4)]);
    }
}
