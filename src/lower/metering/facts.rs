//! The first step: what each function of a module does, as far as its costs depend on it.
//!
//! The code of a function is cut into segments. A segment is paid for at one place, which every path to its instructions
//! passes.

use crate::lower::metering::operators::{self, Call};
use crate::lower::spaces::Spaces;
use wasmparser::{BinaryReaderError, FunctionBody, Operator};

/// The smallest cost of code behind a jump for which this code pays by itself.
const MIN_RESUME_COST: u64 = 10;

/// A stretch of code that is paid for at one place.
pub struct Segment {
    pub cost: u64,
    pub start: Start,
    /// The innermost loop around the segment.
    pub innermost: Option<usize>,
}

/// Where a segment begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Start {
    Entry,
    LoopHead,
    /// Behind the `end` or `else` of code that has jumped away, such as an arm of a switch.
    Resume,
    /// Like `Resume`, but the segment is so small that the head of the loop, or the entry, pays for it.
    Merged,
}

/// A loop of a function. Loops are numbered in the order of their `loop` instructions.
pub struct Loop {
    /// The segment that begins at the loop's head.
    pub head: usize,
    /// Whether the loop calls something that reads or changes the counter, or catches exceptions.
    pub calls: bool,
    pub parent: Option<usize>,
}

/// A direct call of a function that is not imported.
pub struct DirectCall {
    /// The position of the called function in the code section.
    pub callee: usize,
    pub segment: usize,
    /// The innermost loop around the call, if the call comes back to the loop.
    pub innermost: Option<usize>,
}

/// What a function does.
pub struct Facts {
    pub segments: Vec<Segment>,
    pub loops: Vec<Loop>,
    pub calls: Vec<DirectCall>,
    /// Whether the function calls imported functions.
    pub calls_imports: bool,
    /// Whether the function calls functions that are known only at run time.
    pub calls_indirectly: bool,
    pub throws: bool,
    /// Whether the function has bulk instructions whose length has 32 bits.
    pub has_length_32: bool,
    /// Whether the function has bulk instructions whose length has 64 bits.
    pub has_length_64: bool,
}

/// A label of the walk over a function's code.
struct Label {
    /// The segment around the block.
    segment: usize,
    /// The innermost loop in the block.
    innermost: Option<usize>,
    is_loop: bool,
}

/// A call whose next instruction has not been seen.
struct OpenCall {
    innermost: Option<usize>,
    /// The position in [`Facts::calls`] of a direct call.
    direct: Option<usize>,
}

impl Facts {
    /// Reads the body of a function of a valid module.
    pub fn read(spaces: &Spaces, body: &FunctionBody<'_>) -> Result<Self, BinaryReaderError> {
        let mut walk = Walk {
            spaces,
            facts: Self::new(),
            labels: vec![Label { segment: 0, innermost: None, is_loop: false }],
            segment: 0,
            is_dead: false,
        };
        let (mut operators, mut open_call) = (body.get_operators_reader()?, None);
        while !operators.eof() {
            let operator = operators.read()?;
            if let Some(call) = open_call.take() {
                walk.facts.close_call(&call, &operator);
            }
            open_call = walk.add(&operator);
        }
        walk.facts.merge_small_segments();
        Ok(walk.facts)
    }

    fn new() -> Self {
        Self {
            segments: vec![Segment { cost: 0, start: Start::Entry, innermost: None }],
            loops: Vec::new(),
            calls: Vec::new(),
            calls_imports: false,
            calls_indirectly: false,
            throws: false,
            has_length_32: false,
            has_length_64: false,
        }
    }

    /// Marks the loops around a call as loops that call. A call with `unreachable` behind it ends the function, so it
    /// costs a loop nothing.
    fn close_call(&mut self, call: &OpenCall, next: &Operator<'_>) {
        match (call.direct, matches!(next, Operator::Unreachable)) {
            (Some(direct), true) => self.calls[direct].innermost = None,
            (None, false) => self.mark_loops(call.innermost),
            _ => {}
        }
    }

    /// Marks a loop, and the loops around it, as loops that call.
    pub fn mark_loops(&mut self, mut innermost: Option<usize>) {
        while let Some(index) = innermost.filter(|index| !self.loops[*index].calls) {
            self.loops[index].calls = true;
            innermost = self.loops[index].parent;
        }
    }

    /// Returns the segment that pays for merged segments in a loop: that of the loop's head, or of the entry.
    pub fn payer(&self, innermost: Option<usize>) -> usize {
        innermost.map_or(0, |index| self.loops[index].head)
    }

    /// Makes the head of a loop, or the entry, pay for small segments. The small arms of a large switch together must not
    /// make their payer much dearer either.
    fn merge_small_segments(&mut self) {
        let mut merged = vec![0; self.segments.len()];
        for index in 0..self.segments.len() {
            let Segment { cost, start: Start::Resume, innermost } = self.segments[index] else { continue };
            let payer = self.payer(innermost);
            if cost < MIN_RESUME_COST && merged[payer] + cost <= 3 * MIN_RESUME_COST {
                self.segments[index].start = Start::Merged;
                self.move_cost(index, payer);
                merged[payer] += cost;
            }
        }
    }

    /// Makes the segment `to` pay for the segment `from`.
    pub fn move_cost(&mut self, from: usize, to: usize) {
        let cost = std::mem::take(&mut self.segments[from].cost);
        self.segments[to].cost = self.segments[to].cost.saturating_add(cost);
    }
}

struct Walk<'a> {
    spaces: &'a Spaces,
    facts: Facts,
    labels: Vec<Label>,
    /// The segment of the next instruction.
    segment: usize,
    /// Whether the next instruction cannot be reached.
    is_dead: bool,
}

impl Walk<'_> {
    /// Adds an instruction. Returns the call that the instruction makes, if the call comes back.
    fn add(&mut self, operator: &Operator<'_>) -> Option<OpenCall> {
        let innermost = self.labels.last().map(|label| label.innermost)?;
        if !self.is_dead {
            self.facts.segments[self.segment].cost += operators::cost(operator);
        }
        let open_call = operators::call(operator).and_then(|call| self.add_call(call, innermost));
        self.facts.throws |= operators::throws(operator);
        if let Some(length) = operators::length(operator, self.spaces) {
            self.facts.has_length_64 |= length.is_64;
            self.facts.has_length_32 |= !length.is_64;
        }
        if operators::catches(operator) {
            self.facts.mark_loops(innermost);
        }
        if operators::opened_block(operator).is_some() {
            self.open_block(matches!(operator, Operator::Loop { .. }), innermost);
        } else if operators::ends_part(operator) {
            self.end_part(operators::ends_block(operator));
        }
        self.is_dead |= operators::leaves(operator);
        open_call
    }

    fn add_call(&mut self, call: Call, innermost: Option<usize>) -> Option<OpenCall> {
        let own = call.callee.map(|callee| callee.checked_sub(self.spaces.imported_funcs));
        let mut direct = None;
        match own {
            None => self.facts.calls_indirectly = true,
            Some(None) => self.facts.calls_imports = true,
            Some(Some(callee)) => {
                direct = Some(self.facts.calls.len());
                let innermost = innermost.filter(|_| call.returns);
                self.facts.calls.push(DirectCall { callee: callee as usize, segment: self.segment, innermost });
            }
        }
        call.returns.then_some(OpenCall { innermost, direct })
    }

    fn open_block(&mut self, is_loop: bool, innermost: Option<usize>) {
        let index = self.facts.loops.len();
        let inside = if is_loop { Some(index) } else { innermost };
        self.labels.push(Label { segment: self.segment, innermost: inside, is_loop });
        if is_loop {
            self.segment = self.facts.segments.len();
            self.facts.segments.push(Segment { cost: 0, start: Start::LoopHead, innermost: inside });
            self.facts.loops.push(Loop { head: self.segment, calls: false, parent: innermost });
        }
    }

    fn end_part(&mut self, ends_block: bool) {
        let Some(&Label { segment: around, is_loop, .. }) = self.labels.last() else { return };
        let resumes = resumes(is_loop, self.is_dead, self.segment, around);
        if ends_block {
            self.labels.pop();
        }
        // The end of the function has no code behind it.
        let Some(label) = self.labels.last() else { return };
        self.is_dead &= is_loop;
        self.segment = around;
        if resumes {
            self.segment = self.facts.segments.len();
            self.facts.segments.push(Segment { cost: 0, start: Start::Resume, innermost: label.innermost });
        }
    }
}

/// Returns whether a new segment begins where a part of a block ends. `segment` is the segment at the end, `around` the
/// one around the block.
///
/// Code behind a block is reached by everything that has entered the block, unless something in the block has jumped
/// away. Nothing jumps to the end of a loop.
pub fn resumes(is_loop: bool, is_dead: bool, segment: usize, around: usize) -> bool {
    !is_loop && (is_dead || segment != around)
}
