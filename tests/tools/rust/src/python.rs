//! Functions that write Python code in the layout of `ruff format`.

/// Maximum length of a line, in characters.
const WIDTH: usize = 120;

/// Indentation of one level.
pub const INDENT: &str = "    ";

/// Returns a Python string literal. Panics if the text needs escapes.
pub fn literal(text: &str) -> String {
    assert!(!text.contains(['\\', '"', '\n']), "a text that needs escapes: {text}");
    format!("\"{text}\"")
}

/// Returns a Python tuple of string literals.
pub fn tuple(texts: &[String]) -> String {
    let literals: Vec<_> = texts.iter().map(|text| literal(text)).collect();
    match literals.as_slice() {
        [single] => format!("({single},)"),
        several => format!("({})", several.join(", ")),
    }
}

/// Returns the statement `target = function(arguments)` for the body of a class. Breaks the statement into several
/// lines if one line would be longer than the maximum.
pub fn assign_call(target: &str, function: &str, arguments: &[String]) -> String {
    let joined = arguments.join(", ");
    let line = format!("{INDENT}{target} = {function}({joined})\n");
    if fits(&line) {
        return line;
    }
    let argument_line = format!("{INDENT}{INDENT}{joined}\n");
    if fits(&argument_line) {
        return format!("{INDENT}{target} = {function}(\n{argument_line}{INDENT})\n");
    }
    let argument_lines: String = arguments.iter().map(|argument| format!("{INDENT}{INDENT}{argument},\n")).collect();
    assert!(argument_lines.lines().all(|line| line.chars().count() <= WIDTH), "too long for a line:\n{argument_lines}");
    format!("{INDENT}{target} = {function}(\n{argument_lines}{INDENT})\n")
}

/// Returns comment lines (`#:`) that document the name in the next line. Returns no lines for an empty text.
pub fn comment(indent: &str, text: &str) -> String {
    wrap(text, WIDTH - indent.len() - 3).iter().map(|line| format!("{indent}#: {line}\n")).collect()
}

/// Returns a docstring. Breaks the text into several lines if one line would be longer than the maximum.
pub fn docstring(indent: &str, text: &str) -> String {
    let line = format!("{indent}\"\"\"{text}\"\"\"\n");
    if fits(&line) {
        return line;
    }
    let lines = wrap(text, WIDTH - indent.len() - 3).join(&format!("\n{indent}"));
    format!("{indent}\"\"\"{lines}\n{indent}\"\"\"\n")
}

/// Breaks a text into lines of at most `width` characters.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Returns whether a line has at most `WIDTH` characters.
fn fits(line: &str) -> bool {
    line.trim_end().chars().count() <= WIDTH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_broken_where_a_line_is_too_long() {
        let call = |length: usize| assign_call("name", "f", &[literal(&"x".repeat(length)), literal("y")]);
        assert_eq!(call(3), "    name = f(\"xxx\", \"y\")\n");
        let x = "x".repeat(105);
        assert_eq!(call(105), format!("    name = f(\n        \"{x}\", \"y\"\n    )\n"));
        let x = "x".repeat(109);
        assert_eq!(call(109), format!("    name = f(\n        \"{x}\",\n        \"y\",\n    )\n"));
    }

    #[test]
    fn a_comment_is_wrapped() {
        assert_eq!(comment("  ", ""), "");
        assert_eq!(comment("  ", "one two"), "  #: one two\n");
        let long = ["word"; 30].join(" ");
        let lines = comment("", &long);
        assert!(lines.lines().count() == 2 && lines.lines().all(|line| line.len() <= WIDTH && line.starts_with("#: ")));
    }

    #[test]
    fn a_docstring_is_wrapped() {
        assert_eq!(docstring("    ", "One line."), "    \"\"\"One line.\"\"\"\n");
        let lines = docstring("    ", &["word"; 30].join(" "));
        assert!(lines.lines().count() == 3 && lines.lines().all(|line| line.len() <= WIDTH));
        assert!(lines.ends_with("word\n    \"\"\"\n"));
    }

    #[test]
    fn tuples_have_a_comma() {
        assert_eq!(tuple(&["a".into()]), "(\"a\",)");
        assert_eq!(tuple(&["a".into(), "b".into()]), "(\"a\", \"b\")");
    }
}
