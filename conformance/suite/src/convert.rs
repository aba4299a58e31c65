//! The conversion of a `.wast` file to JSON and to the bytes of its modules.

use crate::fallback;
use crate::module::{self, Source};
use anyhow::Result;
use json_from_wast::{Action, Command, Wast};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};

/// The result of a conversion.
pub struct Converted {
    /// The contents of the `.json` file.
    pub json: Vec<u8>,
    /// The contents of the `.bin` file.
    pub bytes: Vec<u8>,
    /// The number of commands.
    pub commands: usize,
    /// The error of the parser if the parser has refused the file.
    pub unparsed: Option<String>,
}

/// The format of the `.json` file.
#[derive(Serialize)]
struct Output<'a, C> {
    source_filename: &'a str,
    commands: C,
    modules: BTreeMap<String, module::Description>,
}

/// Converts a file. If the parser refuses the file, the result contains only the types and lines of the commands, so
/// that the runner can count the commands.
pub fn convert(name: &str, text: &str) -> Result<Converted> {
    match parse(name, text) {
        Ok(converted) => Ok(converted),
        Err(error) => {
            let commands = fallback::commands(text);
            let count = commands.len();
            let json = serde_json::to_vec(&Output { source_filename: name, commands, modules: BTreeMap::new() })?;
            let reason = error.to_string().lines().next().unwrap_or_default().to_owned();
            Ok(Converted { json, bytes: Vec::new(), commands: count, unparsed: Some(reason) })
        }
    }
}

fn parse(name: &str, text: &str) -> Result<Converted> {
    let mut lexer = Lexer::new(text);
    // The lexer must accept characters that look like other characters, because some tests use such characters.
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer)?;
    let wast = Wast::from_ast(name, text, parser::parse(&buffer)?)?;
    let mut fields = BTreeSet::new();
    add_used_exports(&wast.commands, &mut fields);
    let mut bytes = Vec::new();
    let mut modules = BTreeMap::new();
    let refused = refused_files(&wast.commands);
    for (file, contents) in &wast.wasms {
        let source = Source { contents, text: file.ends_with(".wat"), refused: refused.contains(file.as_str()) };
        modules.insert(file.clone(), module::describe(&source, &fields, &mut bytes));
    }
    let commands = wast.commands.len();
    let json = serde_json::to_vec(&Output { source_filename: name, commands: &wast.commands, modules })?;
    Ok(Converted { json, bytes, commands, unparsed: None })
}

/// Returns the file names of the modules for which the suite expects an error.
fn refused_files<'a>(commands: &'a [Command<'_>]) -> BTreeSet<&'a str> {
    let file = |command: &'a Command<'_>| match command {
        Command::AssertInvalid { file, .. }
        | Command::AssertInvalidCustom { file, .. }
        | Command::AssertMalformed { file, .. }
        | Command::AssertMalformedCustom { file, .. } => Some(&*file.filename),
        _ => None,
    };
    commands.iter().filter_map(file).collect()
}

/// Adds the names of all exports that the commands call or read to `fields`.
fn add_used_exports<'a>(commands: &'a [Command<'_>], fields: &mut BTreeSet<&'a str>) {
    for command in commands {
        match command {
            Command::Action { action, .. }
            | Command::AssertReturn { action, .. }
            | Command::AssertTrap { action, .. }
            | Command::AssertExhaustion { action, .. }
            | Command::AssertException { action, .. }
            | Command::AssertSuspension { action, .. } => {
                let (Action::Invoke { field, .. } | Action::Get { field, .. }) = action;
                fields.insert(field);
            }
            Command::Thread { commands, .. } => add_used_exports(commands, fields),
            _ => {}
        }
    }
}
