//! Finds the commands in a file of the suite if the parser refuses the file. Counts parentheses to find where each
//! command begins.

use serde::Serialize;

/// A command that has not been parsed.
#[derive(Serialize, Debug, PartialEq)]
pub struct Unparsed {
    /// Always `unparsed`, where parsed commands have their keyword.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The first word of the command, such as `assert_return` or `module`.
    #[serde(rename = "what")]
    keyword: String,
    /// The line of the command's opening parenthesis, from 1.
    line: u32,
}

/// Returns all top-level commands of a file.
pub fn commands(text: &str) -> Vec<Unparsed> {
    let mut commands = Vec::new();
    let (mut depth, mut line, mut offset) = (0usize, 1u32, 0usize);
    let bytes = text.as_bytes();
    while offset < bytes.len() {
        let remaining = &bytes[offset..];
        let length = match remaining[0] {
            b'"' => string_length(remaining),
            b';' if remaining.starts_with(b";;") => {
                remaining.iter().position(|b| *b == b'\n').unwrap_or(remaining.len())
            }
            b'(' if remaining.starts_with(b"(;") => comment_length(remaining),
            b'(' => {
                if depth == 0 {
                    commands.push(Unparsed { kind: "unparsed", keyword: first_word(&text[offset + 1..]), line });
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
        line += remaining[..length].iter().filter(|b| **b == b'\n').count() as u32;
        offset += length;
    }
    commands
}

/// Returns the first word of a text.
fn first_word(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// Returns the length of the string literal at the start of a text, with its quotes.
fn string_length(text: &[u8]) -> usize {
    let mut offset = 1;
    while offset < text.len() && text[offset] != b'"' {
        offset += if text[offset] == b'\\' { 2 } else { 1 };
    }
    (offset + 1).min(text.len())
}

/// Returns the length of the block comment at the start of a text. Block comments can be nested.
fn comment_length(text: &[u8]) -> usize {
    let (mut depth, mut offset) = (0, 0);
    while offset < text.len() {
        let length = match &text[offset..] {
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
        offset += length;
        if depth == 0 {
            break;
        }
    }
    offset.min(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parentheses_in_strings_and_comments_do_not_count() {
        let found = commands("(module \")(\" ;; (no)\n)\n(; (no) (; nor ;) this ;)\n( assert_trap (invoke \"\\\"(\"))");
        let found: Vec<_> = found.iter().map(|c| (c.keyword.as_str(), c.line)).collect();
        assert_eq!(found, [("module", 1), ("assert_trap", 4)]);
    }
}
